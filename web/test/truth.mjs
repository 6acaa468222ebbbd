/** What the page shows is true, and follows what happens; when it can't, it says so. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  ALL_WEEK,
  ask,
  context,
  DOUGLAS,
  faults,
  forgive,
  moveTo,
  NARROW,
  NIGHT,
  NOON,
  newContext,
  onShift,
  open,
  SERVICE,
  says,
  send,
  shot,
  until,
  waitDrawn,
} from "./kit.mjs";
import { line } from "./line.mjs";

const RAMSEY = { lng: -4.3842, lat: 54.3223 };
const AT_DOUGLAS = `at=${DOUGLAS.lat}/${DOUGLAS.lng}`;
const NEAREST = `/squads/nearest?lng=${DOUGLAS.lng}&lat=${DOUGLAS.lat}&k=3`;

/** What the open answer says: squads and their minutes, in order. */
function answered(page) {
  return page.$$eval(".response", (cards) =>
    cards.map((card) => [
      card.dataset.squad,
      Number.parseFloat(card.querySelector(".eta").textContent),
    ]),
  );
}

/** Waits until the page tells what the service would tell now. */
async function tellsWhatIs(page, changed) {
  await until(async () => {
    const { squads } = await ask(NEAREST);
    if (!changed(squads)) return "the service itself does not know yet";
    const [shown, wanted] = [
      await answered(page),
      squads.map(({ squad, eta_s }) => [squad.id, eta_s / 60]),
    ];
    const same =
      shown.length === wanted.length &&
      wanted.every(
        ([id, minutes], i) => shown[i][0] === id && Math.abs(shown[i][1] - minutes) < 0.11,
      );
    return same || { shown, wanted };
  }, "the open answer");
}

test("an open answer follows squads that drive, slots and status, also under a form", async (t) => {
  await onShift(t);
  const page = await open(`map=11.5/${DOUGLAS.lat}/${DOUGLAS.lng}&${AT_DOUGLAS}&lang=en`);
  await page.waitForSelector(".live[data-state=open]");
  const [first] = (await ask(NEAREST)).squads;
  await tellsWhatIs(page, () => true);
  await page.click("#report-here");
  await page.fill("#report-description", "typed before the world moved");
  const keeps = async () => {
    assert.equal(await page.inputValue("#report-description"), "typed before the world moved");
    assert.equal(await page.evaluate(() => document.activeElement.id), "report-description");
  };

  // Nothing drives so fast; the third that says so is believed.
  const move = ({ lng, lat }, from_s) =>
    send("POST", "/positions", {
      positions: [0, 1, 2].map((s) => ({
        squad: first.squad.id,
        lng,
        lat,
        fixed_at: new Date(Date.now() + (from_s + s) * 1000).toISOString(),
      })),
    });
  await move(RAMSEY, -2);
  await tellsWhatIs(
    page,
    ([now]) => now.squad.id !== first.squad.id || now.eta_s > first.eta_s + 300,
  );
  await keeps();
  await move(first.from, 1);
  await tellsWhatIs(page, ([now]) => now.squad.id === first.squad.id);

  const slow = Object.fromEntries(
    ["trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "service"].map(
      (road) => [road, 0.2],
    ),
  );
  const jam = { name: "jam", windows: ALL_WEEK, speed_factors: slow };
  await send("PUT", "/slots", { slots: [jam] });
  try {
    await tellsWhatIs(page, ([now]) => now.parts.drive_s > first.parts.drive_s + 30);
    await keeps();
  } finally {
    await send("PUT", "/slots", { slots: [] });
  }

  await send("PATCH", `/squads/${first.squad.id}`, { status: "busy" });
  try {
    await tellsWhatIs(page, ([now]) => now?.squad.id !== first.squad.id);
    await keeps();
  } finally {
    await send("PATCH", `/squads/${first.squad.id}`, { status: "available" });
  }
  await tellsWhatIs(page, ([now]) => now.squad.id === first.squad.id);
  await says(page, "#who-comes h3", /as of \d\d:\d\d:\d\d/);
  await keeps();
  await page.close();
});

test("a squad that was chosen in the answer stays chosen when the answer is asked again", async () => {
  const page = await open(`map=11.5/${DOUGLAS.lat}/${DOUGLAS.lng}&${AT_DOUGLAS}&t=${NOON}&lang=en`);
  await page.waitForSelector(".live[data-state=open]");
  const second = page.locator(".response").nth(1);
  const id = await second.getAttribute("data-squad");
  await second.click();
  const other = (await ask("/squads?limit=500")).squads.find((one) => one.status === "available");
  const asked = page.waitForResponse((answer) => answer.url().includes("/squads/nearest"));
  await send("PATCH", `/squads/${other.id}`, { status: "busy" });
  await asked;
  await send("PATCH", `/squads/${other.id}`, { status: "available" });
  if (other.id !== id) {
    await page.waitForSelector(`.response[data-squad="${id}"][aria-pressed=true]`);
  }
  await page.close();
});

test("a squad that turns busy costs its own line, not everything anew", async () => {
  const page = await open(`m=30&t=${NOON}&lang=en`);
  await page.waitForSelector(".live[data-state=open]");
  const { squads } = await ask("/squads?limit=500");
  const squad = squads.find((one) => one.status === "available");
  const shows = (look) => (all) => all.some((one) => one.id === squad.id && one.look === look);
  await waitDrawn(page, "squads", shows("available"), "before");
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await send("PATCH", `/squads/${squad.id}`, { status: "busy" });
  try {
    await waitDrawn(page, "squads", shows("busy"), "after");
  } finally {
    await send("PATCH", `/squads/${squad.id}`, { status: "available" });
  }
  await waitDrawn(page, "squads", shows("available"), "given back");
  // Who is busy changes nothing of what posts promise.
  assert.deepEqual(asked, []);
  await page.close();
});

test("while the service can't be reached the page is greyed with its time; afterwards all is true again", async (t) => {
  await onShift(t);
  const way = await line();
  const page = await open(
    `map=11.5/${DOUGLAS.lat}/${DOUGLAS.lng}&${AT_DOUGLAS}&basis=live&lang=en`,
    context,
    way.origin,
  );
  await page.waitForSelector(".live[data-state=open]");
  await tellsWhatIs(page, () => true);
  const [first] = (await ask(NEAREST)).squads;
  const filterOf = (selector) =>
    page.$eval(selector, (element) => getComputedStyle(element).filter);
  assert.equal(await filterOf(".map canvas"), "none");

  way.cut();
  await page.waitForSelector(".offline:not(:empty)");
  await says(page, ".offline", /since \d\d:\d\d:\d\d/);
  for (const part of [".map canvas", ".summary", ".answer"]) {
    assert.match(await filterOf(part), /grayscale\(1\)/, part);
  }
  await shot(page, "wide-en-offline");
  // What happens meanwhile: the first squad becomes busy and another is moved.
  await send("PATCH", `/squads/${first.squad.id}`, { status: "busy" });
  // What is asked meanwhile gets no answer, and an answer by itself once there is one.
  await page.$eval("#minutes", (slider) => {
    slider.value = "20";
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await page.waitForSelector(".summary .problem");
  way.mend();
  try {
    await page.waitForSelector(".offline", { state: "hidden" });
    await tellsWhatIs(page, ([now]) => now?.squad.id !== first.squad.id);
    const shows = (all) => all.some((one) => one.id === first.squad.id && one.look === "busy");
    await waitDrawn(page, "squads", shows, "the busy squad");
    await page.waitForSelector(".summary .problem", { state: "detached" });
    await page.waitForFunction(() =>
      /in 20 min/.test(document.querySelector(".headline").textContent),
    );
    assert.equal(await filterOf(".map canvas"), "none");
  } finally {
    await send("PATCH", `/squads/${first.squad.id}`, { status: "available" });
  }
  forgive("net::ERR_", page);
  await page.close();
  way.end();
});

test("a service that does not answer at the start is asked until it does", async () => {
  const page = await context.newPage();
  await page.route("**/api/v1/session", (route) => route.abort());
  await page.goto(`${SERVICE}/#lang=en`);
  await page.waitForSelector(".start-problem");
  await page.unroute("**/api/v1/session");
  await page.waitForSelector("#covered-share");
  await page.close();
});

/** Red, green and blue of what a part of the page looks like, most frequent first. */
async function coloursOf(page, clip) {
  const png = (await page.screenshot({ clip })).toString("base64");
  return page.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const c = canvas.getContext("2d");
    c.drawImage(image, 0, 0);
    const { data: pixels } = c.getImageData(0, 0, image.width, image.height);
    const counts = new Map();
    for (let i = 0; i < pixels.length; i += 4) {
      const key = pixels.slice(i, i + 3).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1]).map(([key]) => key.split(",").map(Number));
  }, png);
}

test("a cell has the colour that the legend gives its minutes, at every zoom", async () => {
  const minutes = 10;
  // Small, since a new view is drawn at every look.
  const own = await newContext({ viewport: { width: 820, height: 560 } });
  const page = await open(`m=${minutes}&t=${NIGHT}&lang=en`, own);
  const hidden = await page.evaluate(() => {
    const others = window.xungeMap
      .getStyle()
      .layers.map((layer) => layer.id)
      .filter((id) => !["sea", "land", "coverage"].includes(id));
    for (const id of others) window.xungeMap.setLayoutProperty(id, "visibility", "none");
    return others.length;
  });
  assert.ok(hidden > 10);
  // Nothing else may lie over the map; the legend is read without being seen.
  const legend = await page.$$eval(".legend [data-paint]", (rows) =>
    rows.map((row) => ({
      text: row.textContent,
      color: getComputedStyle(row.querySelector("i")).backgroundColor.match(/\d+/g).map(Number),
      marks: getComputedStyle(row.querySelector("i")).backgroundImage,
    })),
  );
  assert.equal(new Set(legend.map((row) => row.marks)).size, legend.length, "each has its marks");
  await page.addStyleTag({ content: ".legend, .maplibregl-control-container { display: none }" });
  const { cells } = await ask(`/coverage?by=cells&minutes=${minutes}&at=${NIGHT}:00Z`);
  const rowOf = (best_s) =>
    best_s === null
      ? legend.find((row) => /not reachable/.test(row.text))
      : legend.find((row) => {
          const [from, to] = row.text.match(/\d+/g)?.map(Number) ?? [];
          return from !== undefined && best_s > from * 60 && best_s <= (to ?? Infinity) * 60;
        });
  const layer = await ask(`/layers/coverage?minutes=${minutes}&at=${NIGHT}:00Z`);
  const shape = new Map(layer.features.map((one) => [one.id, one.geometry.coordinates[0]]));
  const one = (row) =>
    cells.filter((cell) => cell.status !== "no_access" && rowOf(cell.best_s) === row);
  let looked = 0;
  for (const row of legend) {
    const [cell] = one(row).slice(one(row).length >> 1);
    if (!cell) continue;
    const ring = shape.get(cell.cell).slice(1);
    const lng = ring.reduce((sum, [x]) => sum + x, 0) / ring.length;
    const lat = ring.reduce((sum, [, y]) => sum + y, 0) / ring.length;
    for (const [zoom, half] of [
      [12.3, 10],
      [15.4, 30],
    ]) {
      await moveTo(page, { lng, lat }, zoom);
      const at = await page.evaluate(
        (point) => {
          const { x, y } = window.xungeMap.project(point);
          const box = window.xungeMap.getCanvas().getBoundingClientRect();
          return { x: x + box.x, y: y + box.y };
        },
        [lng, lat],
      );
      const clip = { x: at.x - half, y: at.y - half, width: 2 * half, height: 2 * half };
      const [seen] = await coloursOf(page, clip);
      const off = Math.max(...seen.map((value, i) => Math.abs(value - row.color[i])));
      assert.ok(off <= 2, `${row.text} at zoom ${zoom}: ${seen}, the legend has ${row.color}`);
      looked += 1;
    }
  }
  assert.ok(looked >= 8, `${looked} looks`);
  await own.close();
});

test("places that are not reached come the worst first, all of them, and can be taken away", async () => {
  const page = await open(`m=10&t=${NIGHT}&lang=en`);
  const question = `minutes=10&at=${NIGHT}:00Z&by=uncovered`;
  const shown = () =>
    page.$$eval("#uncovered [data-key]", (rows) => rows.map((row) => row.dataset.key.slice(5)));
  const listed = async (worst) =>
    (await ask(`/coverage?${question}&worst=${worst}`)).uncovered.cells.map((one) => one.cell);
  for (const worst of ["minutes", "buildings", "incidents"]) {
    await page.selectOption("#worst", worst);
    const wanted = (await listed(worst)).slice(0, 8);
    await until(async () => {
      const now = await shown();
      return JSON.stringify(now) === JSON.stringify(wanted) || now;
    }, `by ${worst}`);
  }
  const { uncovered } = await ask(`/coverage?${question}&worst=incidents`);
  assert.ok(uncovered.cells.every((one) => one.reason !== "no_access"));
  assert.ok(uncovered.count > 208, `${uncovered.count} places`);
  const top = await page.textContent("#uncovered li");
  assert.match(top, new RegExp(`${uncovered.cells[0].incidents} incidents`));
  for (const many of [208, 408]) {
    await page.click("#more-places");
    const wanted = Math.min(many, uncovered.count);
    await page.waitForFunction(
      (n) => document.querySelectorAll("#uncovered li").length === n,
      wanted,
    );
    assert.deepEqual(await shown(), (await listed("incidents")).slice(0, wanted));
  }
  const [file] = await Promise.all([page.waitForEvent("download"), page.click("#download-places")]);
  const rows = (await readFile(await file.path(), "utf8")).trim().split("\r\n");
  assert.equal(rows.length, uncovered.count + 1);
  assert.match(rows[0], /^\ufeff?cell,latitude,longitude/);
  assert.match(rows[1], new RegExp(`^${uncovered.cells[0].cell},`));
  await page.locator("#worst").scrollIntoViewIfNeeded();
  await shot(page, "wide-en-uncovered");
  await page.close();
});

test("a township with places out of reach says how many", async () => {
  const page = await open(`m=30&t=${NIGHT}&lang=en`);
  const { townships } = await ask(`/coverage?minutes=30&at=${NIGHT}:00Z&by=townships`);
  const rows = await page.$$eval("#worst-townships [data-key]", (all) =>
    all.map((row) => [row.dataset.key.slice("township-".length), row.textContent]),
  );
  assert.ok(rows.length > 0);
  let out = 0;
  for (const [code, text] of rows) {
    const { unreachable_cells } = townships.find((one) => one.code === code);
    if (unreachable_cells > 0) {
      assert.match(text, new RegExp(`cells out of reach: ${unreachable_cells}`));
      out += 1;
    }
    assert.doesNotMatch(text, /slowest –/);
  }
  assert.ok(out > 0, "none is out of reach: another hour would show more");
  await page.close();
});

test("a made-up map is credited to nobody", async () => {
  const own = await newContext();
  await own.route("**/api/v1/status", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ json: { ...(await answer.json()), attribution: [] } });
  });
  const page = await open("lang=en", own);
  assert.equal(await page.textContent(".attribution"), "Made-up map");
  await own.close();
});

/** Chinese beside the punctuation of another script. */
const HALF_WIDTH = /[\p{Script=Han}”][,;:?!()]|[,;:?!()][\p{Script=Han}“]/u;

/** Texts and labels that a reader meets, without what comes from data. */
function texts(page) {
  return page.evaluate(() => {
    const found = [];
    for (const one of document.querySelectorAll("#app *")) {
      if (one.closest("option, code, #disruptions .item > span")) continue;
      for (const name of ["title", "aria-label", "aria-valuetext"]) {
        if (one.hasAttribute(name)) found.push(one.getAttribute(name));
      }
      const own = [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
      if (own.length > 0) found.push(one.textContent);
    }
    return found;
  });
}

test("Chinese is written with Chinese punctuation", async () => {
  const at = `map=12.5/${DOUGLAS.lat}/${DOUGLAS.lng}&m=10&t=${NIGHT}&${AT_DOUGLAS}&lang=zh`;
  const page = await open(at);
  const seen = new Set();
  // Names in the catalogue are as their makers wrote them.
  const { matters } = await ask("/matters");
  const names = matters.map((matter) => matter.name_zh).filter(Boolean);
  const look = async (what) => {
    const all = await texts(page);
    assert.ok(all.length > 30, what);
    for (const whole of all) {
      const text = names.reduce((left, name) => left.replaceAll(name, ""), whole);
      seen.add(text);
      assert.doesNotMatch(text, HALF_WIDTH, what);
    }
  };
  await page.waitForSelector("#who-comes");
  await look("an answer");
  await page.selectOption("#power-matter", "CG-001");
  await page.waitForSelector("#power-answer [data-lead]");
  for (const told of ["why", "why_not"]) await page.click(`[data-told=${told}] summary`);
  await look("who has the power");
  await page.click("#report-here");
  await look("the report form");
  await page.click("#report .quiet");
  await page.click("#close-here");
  await look("the form that closes a road");
  await page.click("#closure .quiet");
  await page.click(".excluded summary");
  await page.click(".excluded .item");
  await page.waitForSelector("#squad");
  await look("a squad");
  assert.ok(seen.size > 150, `${seen.size} texts`);
  await page.close();
});

test("every view can be read and used by everybody", async () => {
  for (const lang of ["en", "zh"]) {
    for (const viewport of [undefined, NARROW]) {
      const size = viewport ? "narrow" : "wide";
      const own = await newContext(viewport ? { viewport, hasTouch: true, isMobile: true } : {});
      const page = await open(`m=10&t=${NIGHT}&lang=${lang}`, own);
      const look = async (what) =>
        assert.deepEqual(await faults(page), [], `${size} ${lang}, ${what}`);
      await look("coverage");
      await page.evaluate((hash) => {
        location.hash = hash;
      }, `m=10&t=${NIGHT}&${AT_DOUGLAS}&lang=${lang}`);
      await page.waitForSelector("#who-comes");
      await look("an answer");
      await page.selectOption("#power-matter", "CG-001");
      await page.waitForSelector("#power-answer [data-lead]");
      for (const told of ["why", "why_not"]) await page.click(`[data-told=${told}] summary`);
      await look("who has the power");
      await page.selectOption("#power-matter", "");
      await page.click("#report-here");
      await look("the report form");
      await page.click("#report .quiet");
      await page.click("#close-here");
      await look("the form that closes a road");
      await page.click("#closure .quiet");
      await page.click(".excluded summary");
      await page.click(".excluded .item");
      await page.waitForSelector("#squad");
      await look("a squad");
      if (!viewport) {
        await page.click("[data-side=powers]");
        await page.waitForSelector("#audit-kinds");
        await page.click("[data-key=audit-no_coordinator]");
        await look("blind spots");
      }
      await own.close();
    }
  }
});
