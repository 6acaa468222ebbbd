/** What the browser tests share: the browser, waiting, looking at the map, asking the service. */
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const SERVICE = new URL(process.env.XUNGE_URL ?? "http://127.0.0.1:8080").origin;
const KEY = process.env.XUNGE_KEY;
const SHOTS = process.env.XUNGE_SHOTS ?? fileURLToPath(new URL("../shots", import.meta.url));
/** Drawn without a graphics card: each pixel costs. */
export const WIDE = { width: 1200, height: 720 };
export const NARROW = { width: 390, height: 844 };
/** Only what never comes is missed, also on a machine that is busy with something else. */
export const PATIENCE_MS = Number(process.env.XUNGE_PATIENCE_MS ?? 300_000);

/** In the middle of the capital, well inside its township. */
export const DOUGLAS = { lng: -4.4836, lat: 54.1522 };
/** A Monday: at noon everyone is on shift, at three in the night hardly anyone. */
export const NOON = "2026-11-23T12:00";
export const NIGHT = "2026-11-23T03:00";

let browser;
export let context;
export const trouble = [];
/** What of it is forgiven, by page. */
const provoked = new WeakMap();

function complain(page, what) {
  if (!provoked.get(page)?.some((text) => what.includes(text))) trouble.push(what);
}
export const strangers = new Set();
/** Where the page may come from. */
export const origins = new Set([SERVICE]);

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  browser = await chromium.launch({
    timeout: PATIENCE_MS,
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  context = await newContext();
});

after(() => browser?.close());

export async function newContext(options = {}) {
  const made = await browser.newContext({
    viewport: WIDE,
    locale: "en-GB",
    reducedMotion: "reduce",
    colorScheme: process.env.XUNGE_SCHEME ?? "light",
    ...options,
  });
  made.setDefaultTimeout(PATIENCE_MS);
  made.on("request", (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && !origins.has(url.origin)) strangers.add(request.url());
  });
  if (KEY) {
    const answer = await made.request.post(`${SERVICE}/api/v1/session`, {
      data: { key: KEY },
      headers: { origin: SERVICE },
    });
    assert.ok(answer.ok(), `sign-in answered ${answer.status()}`);
  }
  return made;
}

/** Pages of a device that can't draw maps. */
export function withoutWebGL(inContext) {
  return inContext.addInitScript(() => {
    const context = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
      return kind.startsWith("webgl") ? null : context.call(this, kind, ...more);
    };
  });
}

/**
 * Opens the page at a view; whatever it complains about makes the last test fail. The base map, half of what there
 * is to draw without a graphics card, is hidden unless the view says what is.
 */
export async function open(view, inContext = context, origin = SERVICE) {
  const hash = view.includes("hide=") ? view : `${view}&hide=basemap`;
  const page = await inContext.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") complain(page, `console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complain(page, `page: ${error.message}`));
  await page.goto(`${origin}/#${hash}`);
  await page.waitForFunction(() => document.documentElement.dataset.ready === "true");
  await idle(page);
  return page;
}

/** Until MapLibre has drawn everything it was given. */
export function idle(page) {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        // Not every page has a map.
        if (!window.xungeMap) return resolve();
        // Without the event: the whole map hangs on it, and would be sent over.
        window.xungeMap.once("idle", () => resolve());
        window.xungeMap.triggerRepaint();
      }),
  );
}

/** Properties of what is drawn of some style layers. */
export function drawn(page, ...layers) {
  return page.evaluate(
    (ids) => window.xungeMap.queryRenderedFeatures({ layers: ids }).map((one) => one.properties),
    layers,
  );
}

/** Waits until `look()` holds. */
export async function until(look, what) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (seen === true) return;
    assert.ok(Date.now() < end, `${what}: ${JSON.stringify(seen)}`);
    await new Promise((again) => setTimeout(again, 150));
  }
}

/** Waits until an element says so: what is told of an answer may come after what was waited for. */
export const says = (page, selector, pattern) =>
  until(async () => {
    const text = await page.textContent(selector);
    return pattern.test(text) || text;
  }, `${selector} says ${pattern}`);

/** Waits until `look(properties)` holds for what is drawn of `layer`. */
export async function waitDrawn(page, layer, look, what) {
  const end = Date.now() + PATIENCE_MS;
  let seen;
  while (Date.now() < end) {
    seen = await drawn(page, layer);
    if (look(seen)) return seen;
    await page.waitForTimeout(150);
  }
  assert.fail(`${what}: ${layer} shows ${JSON.stringify(seen).slice(0, 400)}`);
}

/** Waits until the map stands still and near enough; it flies to what was clicked. */
export async function waitNear(page, zoom) {
  await page.waitForFunction(
    (least) => !window.xungeMap.isMoving() && window.xungeMap.getZoom() > least,
    zoom,
  );
}

/** Waits until the address says so; it is written a little after the view changed. */
export function waitAddress(page, pattern, says = true) {
  return page.waitForFunction(
    ([source, wanted]) => new RegExp(source).test(location.hash) === wanted,
    [pattern.source, says],
  );
}

export async function moveTo(page, { lng, lat }, zoom) {
  await page.evaluate(
    ([center, z]) => void window.xungeMap.jumpTo({ center, zoom: z }),
    [[lng, lat], zoom],
  );
  await idle(page);
}

export async function clickMap(page, { lng, lat }) {
  const at = await page.evaluate(
    (point) => {
      const { x, y } = window.xungeMap.project(point);
      const box = window.xungeMap.getCanvas().getBoundingClientRect();
      return { x: x + box.x, y: y + box.y };
    },
    [lng, lat],
  );
  await page.mouse.click(at.x, at.y);
}

export async function ask(path) {
  const answer = await context.request.get(`${SERVICE}/api/v1${path}`);
  assert.ok(answer.ok(), `${path} answered ${answer.status()}`);
  return answer.json();
}

/** Changes something, as another client would. */
export async function send(method, path, data) {
  const answer = await context.request.fetch(`${SERVICE}/api/v1${path}`, {
    method,
    data,
    headers: { origin: SERVICE },
  });
  assert.ok(answer.ok(), `${method} ${path} answered ${answer.status()}: ${await answer.text()}`);
}

/** Windows of shifts and slots that never end. */
export const ALL_WEEK = [
  { days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from: "00:00", to: "24:00" },
];

/** Puts who is nearest to Douglas at noon, and who may act there, on shift while a test runs, whatever the clock says. */
export async function onShift(t) {
  const place = `lng=${DOUGLAS.lng}&lat=${DOUGLAS.lat}&at=${NOON}:00Z`;
  const any = await ask(`/squads/nearest?${place}&k=3`);
  const competent = await ask(`/squads/nearest?${place}&matter=CG-001&competent=true&k=1`);
  const ids = [...any.squads, ...competent.squads].map(({ squad }) => squad.id);
  for (const id of new Set(ids)) {
    const path = `/squads/${id}`;
    const { shifts } = await ask(path);
    await send("PATCH", path, { shifts: ALL_WEEK });
    t.after(() => send("PATCH", path, { shifts }));
  }
}

/** Takes back complaints that a test provoked on purpose, also those that come later than what was waited for. */
export function forgive(text, ofPage) {
  provoked.set(ofPage, [...(provoked.get(ofPage) ?? []), text]);
  const left = trouble.filter((one) => !one.includes(text));
  trouble.splice(0, trouble.length, ...left);
}

/** The covered share as the page shows it, once nothing is being computed. */
export async function shownShare(page) {
  await page.waitForFunction(
    () => document.querySelector(".summary")?.getAttribute("aria-busy") === "false",
  );
  return Number.parseFloat(await page.textContent("#covered-share"));
}

export async function changedShare(page, before) {
  await page.waitForFunction(
    (old) =>
      document.querySelector(".summary")?.getAttribute("aria-busy") === "false" &&
      Number.parseFloat(document.querySelector("#covered-share").textContent) !== old,
    before,
  );
  return shownShare(page);
}

export function setSlider(page, selector, value) {
  return page.$eval(
    selector,
    (slider, next) => {
      slider.value = String(next);
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    },
    value,
  );
}

export const shot = (page, name) => page.screenshot({ path: `${SHOTS}/${name}.png` });

/** As WCAG 2.2 AA has it: contrast, sizes of what is pressed, names and roles. */
async function looked(page) {
  // What is being asked anew is dimmed meanwhile.
  await page.waitForFunction(
    () =>
      !document.querySelector("[aria-busy=true]") &&
      !document.getAnimations().some((one) => one instanceof CSSTransition),
  );
  return page.evaluate(async () => {
    let dimmed = false;
    const turned = new MutationObserver(() => {
      dimmed ||= document.querySelector("[aria-busy=true]") !== null;
    });
    turned.observe(document.body, {
      subtree: true,
      childList: true,
      attributeFilter: ["aria-busy"],
    });
    const { violations } = await window.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    turned.disconnect();
    return { violations, dimmed };
  });
}

/** What is wrong for whoever sees little, or hears or steers otherwise. */
export async function faults(page) {
  await page.evaluate(await axeSource());
  let { violations, dimmed } = await looked(page);
  for (let again = 0; dimmed && again < 5; again++) ({ violations, dimmed } = await looked(page));
  return violations.map(({ id, nodes }) => [
    id,
    nodes.map(({ target, failureSummary }) => [target.join(" "), failureSummary.split("\n")[1]]),
  ]);
}

let axe;
async function axeSource() {
  axe ??= await readFile(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
  return axe;
}

/** What the box offers for these words, once it has answered. */
export async function lookFor(page, text) {
  await page.focus("#find");
  const asked = page.waitForResponse((answer) => {
    const url = new URL(answer.url());
    return url.pathname.endsWith("/find") && url.searchParams.get("q") === text;
  });
  await page.fill("#find", text);
  await asked;
  await page.waitForSelector("#find-list [role=option], .find .options-none:not(:empty)");
  return page.$$eval("#find-list [role=option]", (all) =>
    all.map((one) => [
      one.querySelector(".badge").dataset.kind,
      one.querySelector("b").textContent,
    ]),
  );
}

/** Chooses the matter of a report by typing a part of it. */
export async function typeMatter(page, text) {
  await page.fill("#report-matter", text);
  await page.waitForSelector("#report-matter-list [role=option]");
  await page.keyboard.press("Enter");
  return page.getAttribute("#report-matter", "data-matter");
}
