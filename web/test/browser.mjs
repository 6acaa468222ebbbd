/**
 * The page in a real browser against a running service with the bundled county.
 *
 *   XUNGE_URL=http://127.0.0.1:8080 npm test
 *
 * XUNGE_KEY     an admin key, when the service wants one
 * XUNGE_SHOTS   where the screenshots go (default: shots/)
 * XUNGE_PATIENCE_MS  how long a test waits for what ought to come (default: 300000)
 * CHROMIUM      the browser (default: /usr/bin/chromium)
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import "./basemap.mjs";
import "./calls.mjs";
import "./console.mjs";
import "./contact.mjs";
import "./data.mjs";
import "./evidence.mjs";
import "./find.mjs";
import "./handover.mjs";
import "./help.mjs";
import "./mapless.mjs";
import "./merge.mjs";
import "./phone.mjs";
import "./prefix.mjs";
import "./rectify.mjs";
import "./responsibility.mjs";
import "./sound.mjs";
import "./squads.mjs";
import "./studio.mjs";
import "./truth.mjs";
import "./wall.mjs";
import "./zones.mjs";
import {
  ask,
  changedShare,
  clickMap,
  context,
  DOUGLAS,
  drawn,
  forgive,
  idle,
  moveTo,
  NARROW,
  NIGHT,
  NOON,
  newContext,
  onShift,
  open,
  PATIENCE_MS,
  SERVICE,
  says,
  setSlider,
  shot,
  shownShare,
  strangers,
  trouble,
  typeMatter,
  waitAddress,
  waitDrawn,
  waitNear,
} from "./kit.mjs";

test("draws our own roads, townships, squads and coverage", async () => {
  const page = await open(`m=30&t=${NOON}&lang=en`);
  const townships = await ask("/layers/townships");
  const known = new Set(townships.features.map((one) => one.properties.name));
  const names = (all) => new Set(all.map((one) => one.name));
  const shown = await waitDrawn(page, "township-labels", (all) => names(all).size >= 8, "names");
  for (const name of names(shown)) assert.ok(known.has(name), `${name} is a township`);
  await waitDrawn(page, "roads-major", (all) => all.length > 100, "major roads");
  await waitDrawn(page, "coverage", (all) => all.length > 1000, "coverage");
  await waitDrawn(page, "squads", (all) => all.length > 10, "squads");
  assert.equal((await drawn(page, "grids")).length, 0, "no grids before zoom 12");
  await says(page, ".attribution", /© OpenStreetMap contributors/);
  await shot(page, "wide-en-day");

  await moveTo(page, DOUGLAS, 13.4);
  await waitDrawn(page, "grids", (all) => all.length > 0, "grids near");
  await waitDrawn(page, "roads-minor", (all) => all.length > 50, "minor roads near");
  await idle(page);
  await shot(page, "wide-en-near");
  await page.close();
});

test("a click answers who is here and who comes first, and draws the route", async () => {
  const page = await open(`map=11.5/${DOUGLAS.lat}/${DOUGLAS.lng}&m=30&t=${NOON}&lang=en`);
  await page.uncheck(".layers label:has-text('Incidents') input");
  await page.uncheck(".layers label:has-text('Squads') input");
  await idle(page);
  await clickMap(page, DOUGLAS);
  await page.waitForSelector("#who-comes .response");
  await says(page, "#who-is-here", /Township\s*Douglas/);

  await waitAddress(page, /at=/);
  const [lng, lat] = await page.evaluate(() => {
    const [, y, x] = /at=([-\d.]+)\/([-\d.]+)/.exec(location.hash) ?? [];
    return [x, y].map(Number);
  });
  const at = encodeURIComponent(`${NOON}:00Z`);
  const { squads } = await ask(`/squads/nearest?lng=${lng}&lat=${lat}&k=3&at=${at}`);
  const first = await page.locator(".response").first();
  assert.equal(await first.getAttribute("data-squad"), squads[0].squad.id);
  const shown = Number.parseFloat(await first.locator(".eta").textContent());
  assert.ok(
    Math.abs(shown - squads[0].eta_s / 60) < 0.11,
    `${shown} min against ${squads[0].eta_s} s`,
  );
  const parts = (await first.locator(".parts p span").allTextContents()).map((text) =>
    Number.parseFloat(text.replace(/^\D+/, "")),
  );
  assert.equal(parts.length, 4);
  const sum = parts.reduce((a, b) => a + b);
  assert.ok(Math.abs(sum - shown) < 0.3, `${parts} add up to ${shown}`);

  await waitDrawn(
    page,
    "routes",
    (all) => all.some((one) => one.chosen),
    "the first squad's route",
  );
  await page.locator(".response").nth(1).click();
  await waitDrawn(
    page,
    "routes",
    (all) => all.some((one) => one.chosen && one.rank === 2),
    "the second",
  );
  await idle(page);
  await shot(page, "wide-en-place");
  await page.close();
});

test("minutes and the night clock change what is covered", async () => {
  const page = await open(`m=30&t=${NOON}&lang=en`);
  const day = await shownShare(page);
  await setSlider(page, "#minutes", 7);
  const short = await changedShare(page, day);
  assert.ok(short < day, `${short} % in 7 min, ${day} % in 30 min`);
  await says(page, ".headline", /in 7 min/);

  await setSlider(page, "#minutes", 30);
  const again = await changedShare(page, short);
  assert.equal(again, day);
  await setSlider(page, "#hour", 180);
  const night = await changedShare(page, day);
  assert.ok(night < day, `${night} % at night, ${day} % at noon`);
  await waitAddress(page, new RegExp(`t=${NIGHT}`));
  assert.ok((await page.locator("#uncovered li").count()) > 0, "uncovered places are listed");
  await idle(page);
  await shot(page, "wide-en-night");

  await page.locator("#uncovered button").first().click();
  await page.waitForSelector("#who-comes");
  await waitNear(page, 12);
  await page.click("#now");
  await waitAddress(page, /[#&]t=/, false);
  await page.close();
});

test("a report appears on this page and, by itself, on another", async () => {
  const view = `map=14/${DOUGLAS.lat}/${DOUGLAS.lng}&lang=en`;
  const page = await open(view);
  const other = await open(view, await newContext());
  for (const one of [page, other]) await one.waitForSelector(".live[data-state=open]");
  await page.evaluate(() => window.xungeMap.setLayoutProperty("squads", "visibility", "none"));
  // Somewhere nobody reported before, so that a click hits no symbol and no cluster swallows the point.
  const spot = {
    lng: DOUGLAS.lng + Math.random() * 0.006,
    lat: DOUGLAS.lat + Math.random() * 0.004,
  };
  await page.uncheck(".layers label:has-text('Incidents') input");
  await idle(page);
  await clickMap(page, spot);
  await page.click("#report-here");

  const matter = await typeMatter(page, "CG-002");
  assert.equal(matter, "CG-002");
  await page.fill("#report-description", "browser test");

  // What a refusal looks like does not depend on which rule the service would apply.
  await page.route("**/api/v1/incidents", (route) =>
    route.fulfill({
      status: 422,
      contentType: "application/problem+json",
      body: JSON.stringify({
        title: "invalid",
        status: 422,
        detail: "description is refused",
        field: "description",
      }),
    }),
  );
  await page.click("#report button[type=submit]");
  await page.waitForFunction(
    () => document.querySelector("[id='error-description']").textContent !== "",
  );
  assert.equal(await page.textContent("[id='error-description']"), "description is refused");
  assert.equal(await page.getAttribute("#report-description", "aria-invalid"), "true");
  forgive("422", page);

  // The first answer is lost on its way; the same report is sent again and counts once.
  await page.unroute("**/api/v1/incidents");
  const ids = [];
  page.on("request", (request) => {
    if (request.method() === "POST") ids.push(request.postDataJSON().id);
  });
  await page.route(
    "**/api/v1/incidents",
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await page.click("#report button[type=submit]");
  await page.waitForFunction(() => document.querySelector(".form-problem").textContent !== "");
  forgive("net::ERR_FAILED", page);
  await page.click("#report button[type=submit]");
  const id = await page.getAttribute("#incident", "data-id");
  assert.deepEqual(ids, [id, id]);
  await says(page, "#incident", /Douglas/);
  const kept = await ask(`/incidents/${id}`);
  assert.equal(kept.matter, matter);
  assert.equal(kept.synthetic, false);
  await shot(page, "wide-en-report");

  await page.check(".layers label:has-text('Incidents') input");
  for (const one of [page, other]) {
    await waitDrawn(
      one,
      "incidents",
      (all) => all.some((incident) => incident.id === id),
      "the new incident",
    );
  }
  await other.context().close();
  await page.close();
});

test("a squad that becomes busy changes on the map without a reload", async () => {
  const page = await open(`m=30&t=${NOON}&basis=live&lang=en`);
  await page.waitForSelector(".live[data-state=open]");
  const { squads } = await ask("/squads");
  const squad = squads.find((one) => one.status === "available");
  const set = (status) =>
    context.request.patch(`${SERVICE}/api/v1/squads/${squad.id}`, {
      data: { status },
      headers: { origin: SERVICE },
    });
  const shows = (look) => (all) => all.some((one) => one.id === squad.id && one.look === look);
  await waitDrawn(page, "squads", shows("available"), "before");
  try {
    assert.ok((await set("busy")).ok());
    await waitDrawn(page, "squads", shows("busy"), "after");
    await page.waitForFunction(
      (n) => document.querySelector(".squads-on").textContent.startsWith(`${n} of`),
      squads.filter((one) => one.status === "available").length - 1,
    );
  } finally {
    await set("available");
  }
  await waitDrawn(page, "squads", shows("available"), "given back");
  await page.close();
});

/** A place on a drive, away from crossings: the middle of the longest piece of its middle third. */
function amidst({ coordinates }) {
  const third = Math.floor(coordinates.length / 3);
  const pieces = coordinates.slice(third, 2 * third + 2).map((to, i, all) => {
    const from = all[i - 1] ?? to;
    return { from, to, length: Math.hypot((to[0] - from[0]) * 0.59, to[1] - from[1]) };
  });
  const { from, to } = pieces.reduce((a, b) => (b.length > a.length ? b : a));
  return { lng: (from[0] + to[0]) / 2, lat: (from[1] + to[1]) / 2 };
}

/** Does a drive pass within 5 m of a place? */
function passes({ coordinates }, { lng, lat }) {
  const at = coordinates.map(([x, y]) => [(x - lng) * 0.586 * 111_320, (y - lat) * 111_320]);
  return at.some(([x, y], i) => {
    const [fromX, fromY] = at[i - 1] ?? [x, y];
    const [dx, dy] = [x - fromX, y - fromY];
    const along = -(fromX * dx + fromY * dy) / (dx * dx + dy * dy || 1);
    const t = Math.min(1, Math.max(0, along));
    return Math.hypot(fromX + t * dx, fromY + t * dy) < 5;
  });
}

test("a closed road is drawn, listed and driven around on every page, until it is lifted", async (t) => {
  await onShift(t);
  const goal = `lng=${DOUGLAS.lng}&lat=${DOUGLAS.lat}`;
  const first = async () => (await ask(`/squads/nearest?${goal}&k=1&route=true`)).squads[0];
  const usual = await first();
  const spot = amidst(usual.route);
  assert.ok(passes(usual.route, spot));
  const reason = "browser test: flood";

  const page = await open(`map=16/${spot.lat}/${spot.lng}&lang=en`);
  // Somebody else, who may only look, has asked who comes to Douglas.
  const elsewhere = await newContext();
  await elsewhere.route("**/api/v1/session", (route) =>
    route.fulfill({ json: { role: "viewer", rights: ["read"], keyless: false } }),
  );
  const told = [];
  elsewhere.on("response", async (answer) => {
    if (!answer.url().includes("/squads/nearest")) return;
    // One that the page gave up, for a newer one, has no body.
    const body = await answer.json().catch(() => null);
    if (body) told.push(body.squads[0].eta_s);
  });
  const other = await open(`map=9.5/54.2/-4.5&at=${DOUGLAS.lat}/${DOUGLAS.lng}&lang=zh`, elsewhere);
  for (const one of [page, other]) await one.waitForSelector(".live[data-state=open]");
  /**
   * Waits until the other page was told what holds now, and shows it. Asked anew each time: a shift
   * may end meanwhile, or a position become too old.
   */
  const comesFirst = async () => {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const { eta_s } = await first();
      const shown = await other.evaluate(() =>
        Number.parseFloat(document.querySelector(".response .eta")?.textContent),
      );
      if (told.at(-1) === eta_s && Math.abs(shown - eta_s / 60) < 0.11) return;
      assert.ok(Date.now() < end, `told ${told} s, shows ${shown} min; it is ${eta_s} s`);
      await other.waitForTimeout(150);
    }
  };
  await comesFirst();
  assert.equal(await other.locator("#close-here").count(), 0, "a viewer closes nothing");
  const asOf = (one) => one.textContent(".as-of");
  const computed = [await asOf(page), await asOf(other)];

  for (const name of ["Incidents", "Squads"]) {
    await page.uncheck(`.layers label:has-text('${name}') input`);
  }
  await idle(page);
  await clickMap(page, spot);
  await page.click("#close-here");
  await page.click("#closure button[type=submit]");
  await page.waitForFunction(() => document.querySelector("#error-reason").textContent !== "");
  forgive("422", page);
  await page.fill("#closure-reason", reason);
  await page.check("#closure [name=until][value=hours]");
  await shot(page, "wide-en-closure");
  let id;
  try {
    await page.click("#closure button[type=submit]");
    await page.waitForSelector("#close-here");
    const { disruptions } = await ask("/roads/disruptions");
    const [made] = disruptions.filter((one) => one.reason === reason);
    id = made.id;
    assert.equal(made.speed_factor, 0);
    assert.ok(Math.abs(Date.parse(made.until) - Date.parse(made.from) - 4 * 3_600_000) < 60_000);
    const its = (all) => all.some((one) => one.disruption === id);
    for (const [i, one] of [page, other].entries()) {
      await waitDrawn(one, "disruptions-closed", its, "the closed road");
      await waitDrawn(one, "disruptions-signs", its, "its sign");
      await says(one, `#disruptions [data-id="${id}"]`, /browser test: flood/);
      await one.waitForFunction(
        (old) => document.querySelector(".as-of").textContent !== old,
        computed[i],
      );
    }
    assert.ok(!passes((await first()).route, spot), "nobody drives through what is closed");
    await comesFirst();
    assert.equal(await other.locator("#disruptions [data-key^=lift]").count(), 0);
    await idle(other);
    await shot(other, "wide-zh-closed");

    await page.uncheck(".layers label:has-text('Closures') input");
    await waitDrawn(page, "disruptions-closed", (all) => all.length === 0, "switched off");
    await page.check(".layers label:has-text('Closures') input");
    await moveTo(page, DOUGLAS, 9);
    await page.click(`#disruptions [data-id="${id}"] .item`);
    await waitDrawn(page, "disruptions-closed", its, "the road that the list shows");
    await waitNear(page, 13);
    await idle(page);
    await shot(page, "wide-en-closed");

    const phone = await newContext({ viewport: NARROW, hasTouch: true, isMobile: true });
    const small = await open(`map=14/${spot.lat - 0.006}/${spot.lng}&lang=zh`, phone);
    await waitDrawn(small, "disruptions-closed", its, "the closed road on a phone");
    const width = await small.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= NARROW.width, `${width} px wide`);
    await small.locator("#disruptions").scrollIntoViewIfNeeded();
    await shot(small, "narrow-zh-closed");
    await phone.close();

    await page.click(`#disruptions [data-id="${id}"] [data-key^=lift]`);
    for (const one of [page, other]) {
      await waitDrawn(one, "disruptions-closed", (all) => !its(all), "the road after it opened");
      await one.waitForSelector("#disruptions", { state: "hidden" });
    }
    id = undefined;
    await comesFirst();
  } finally {
    if (id) {
      await context.request.delete(`${SERVICE}/api/v1/roads/disruptions/${id}`, {
        headers: { origin: SERVICE },
      });
    }
  }
  await elsewhere.close();
  await page.close();
});

test("shows when the live connection is lost", async () => {
  const page = await context.newPage();
  await page.route("**/api/v1/events*", (route) => route.abort());
  await page.goto(`${SERVICE}/#lang=en`);
  await page.waitForSelector(".live[data-state=lost]");
  await says(page, ".live", /reconnecting/);
  await page.unroute("**/api/v1/events*");
  await page.waitForSelector(".live[data-state=open]");
  await page.close();
});

test("speaks Chinese, keeps it, and a link restores the view", async () => {
  const page = await open(
    `map=12.5/${DOUGLAS.lat}/${DOUGLAS.lng}&m=20&t=${NIGHT}&at=${DOUGLAS.lat}/${DOUGLAS.lng}&lang=en`,
  );
  await page.waitForSelector("#who-comes");
  await page.click("[data-lang=zh]");
  assert.equal(await page.getAttribute("html", "lang"), "zh-CN");
  await page.waitForSelector("#who-comes");
  await says(page, "#app", /网格/);
  await says(page, "#who-comes", /谁最先到/);
  await says(page, ".headline", /20 分钟/);
  await idle(page);
  await shot(page, "wide-zh-place");

  await page.uncheck(".layers label:has-text('事件') input");
  await page.waitForFunction(() => location.hash.includes("hide=basemap,incidents"));
  const link = new URL(page.url()).hash.slice(1);
  const fresh = await open(link, await newContext());
  await fresh.waitForSelector("#who-comes");
  assert.equal(await fresh.getAttribute("html", "lang"), "zh-CN");
  assert.equal(await fresh.inputValue("#minutes"), "20");
  assert.equal(await fresh.inputValue("#hour"), "180");
  assert.ok(!(await fresh.isChecked(".layers label:has-text('事件') input")));
  assert.deepEqual(await drawn(fresh, "incidents"), []);
  const zoom = await fresh.evaluate(() => window.xungeMap.getZoom());
  assert.ok(Math.abs(zoom - 12.5) < 0.01, `zoom ${zoom}`);
  await fresh.context().close();
  await page.close();
});

test("works on a narrow screen", async () => {
  const phone = await newContext({ viewport: NARROW, hasTouch: true, isMobile: true });
  const page = await open(`m=30&t=${NIGHT}&lang=zh`, phone);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= NARROW.width, `${width} px wide`);
  assert.ok(await page.isVisible(".attribution"));
  await waitDrawn(page, "township-labels", (all) => all.length >= 3, "names above the sheet");
  await shot(page, "narrow-zh-coverage");

  await page.click("[data-lang=en]");
  await moveTo(page, { lng: DOUGLAS.lng, lat: DOUGLAS.lat - 0.02 }, 11.6);
  await page.evaluate(() => {
    for (const id of ["squads", "incidents", "incident-clusters"]) {
      window.xungeMap.setLayoutProperty(id, "visibility", "none");
    }
  });
  await idle(page);
  await clickMap(page, DOUGLAS);
  await page.waitForSelector("#who-comes");
  assert.ok(await page.isVisible("#who-is-here"));
  assert.ok(!(await page.isVisible("#coverage-panel")));
  await idle(page);
  await shot(page, "narrow-en-place");
  await page.click(".handle");
  await page.click("#report-here");
  await shot(page, "narrow-en-report");
  await phone.close();
});

test("is reachable with the keyboard and labels every control", async () => {
  const page = await open("lang=en");
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll("button, input, select, textarea")]
      .filter((one) => !one.closest("dialog:not([open])"))
      .filter(
        (one) =>
          !one.textContent.trim() &&
          !one.getAttribute("aria-label") &&
          !one.title &&
          !(one.labels?.length > 0),
      )
      .map((one) => one.outerHTML),
  );
  assert.deepEqual(nameless, []);
  const before = await page.inputValue("#minutes");
  await page.focus("#minutes");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.inputValue("#minutes"), String(Number(before) + 1));
  await page.close();
});

test("the page of docs/maps.md draws tiles as it stands there", async () => {
  const told = await readFile(new URL("../../docs/maps.md", import.meta.url), "utf8");
  const html = told.match(/```html\n(<!doctype html>[^`]*(?:`[^`]+`[^`]*)*?)```/)[1];
  assert.ok(html.split("\n").length <= 42, "40 lines or so");
  const page = await context.newPage();
  page.on("pageerror", (error) => trouble.push(`docs/maps.md: ${error.message}`));
  await page.route(`${SERVICE}/beside/*`, async (route) => {
    const name = new URL(route.request().url()).pathname.split("/").at(-1);
    if (name === "map.html") {
      const body = html.replace("http://127.0.0.1:8080", SERVICE);
      return route.fulfill({ contentType: "text/html; charset=utf-8", body });
    }
    const file = new URL(`../node_modules/maplibre-gl/dist/${name}`, import.meta.url);
    const contentType = name.endsWith(".css") ? "text/css" : "text/javascript";
    return route.fulfill({ contentType, body: await readFile(file) });
  });
  await page.goto(`${SERVICE}/beside/map.html`);
  await page.waitForFunction(() => {
    const seen = (layer) => window.map.queryRenderedFeatures({ layers: [layer] }).length;
    const there = ["townships", "coverage", "roads"];
    return window.map?.loaded() && there.every((layer) => seen(layer) > 10);
  });
  await shot(page, "docs-maps");
});

test("no request left the origin and nothing was complained about", () => {
  assert.deepEqual([...strangers], []);
  assert.deepEqual(trouble, []);
});
