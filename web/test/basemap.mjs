/** The base map beneath our layers: there, switched off, named in both languages, by day and in the dark. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ask,
  DOUGLAS,
  drawn,
  faults,
  idle,
  moveTo,
  NOON,
  newContext,
  open,
  shot,
  waitDrawn,
} from "./kit.mjs";

const FILLS = ["base-land", "base-built_up", "base-building"];
const view = (zoom, lang) =>
  `map=${zoom}/${DOUGLAS.lat}/${DOUGLAS.lng}&m=30&t=${NOON}&hide=&lang=${lang}`;

/** What is painted of a layer. */
const paint = (page, layer, property) =>
  page.evaluate(([id, name]) => window.xungeMap.getPaintProperty(id, name), [layer, property]);

/** Only what lies over the ground is switched off. */
async function bare(page) {
  for (const name of ["Coverage", "Zones", "Incidents", "Squads"]) {
    await page.uncheck(`.layers label:has-text('${name}') input`);
  }
  await idle(page);
}

test("the ground is drawn beneath, named once, and can be switched off", async () => {
  const page = await open(view(15, "en"));
  for (const layer of FILLS) await waitDrawn(page, layer, (all) => all.length > 0, layer);
  const poi = await waitDrawn(page, "base-poi", (all) => all.length > 0, "points of interest");
  assert.ok(
    poi.every((one) => one.rank === 1),
    "the first rank alone at this zoom",
  );
  await shot(page, "basemap-covered-en");
  await bare(page);
  await shot(page, "basemap-near-en");
  const order = await page.evaluate(() => window.xungeMap.getStyle().layers.map(({ id }) => id));
  const at = (id) => order.indexOf(id);
  assert.ok(at("base-building") < at("coverage") && at("coverage") < at("base-wall"));
  assert.ok(at("base-place") < at("township-labels"), "our names have the first choice of room");

  await moveTo(page, { lng: -4.55, lat: 54.2 }, 10.5);
  const townships = new Set(
    (await ask("/layers/townships")).features.map((f) => f.properties.name),
  );
  const places = await waitDrawn(page, "base-place", (all) => all.length > 0, "places");
  for (const { name } of places) assert.ok(!townships.has(name), `${name} is named twice`);
  await waitDrawn(page, "base-number", (all) => all.some(({ ref }) => /^A\d/.test(ref)), "numbers");
  await idle(page);
  await shot(page, "basemap-far-en");

  await page.uncheck(".layers label:has-text('Base map') input");
  await waitDrawn(page, "base-land", (all) => all.length === 0, "switched off");
  assert.ok((await drawn(page, "land")).length > 0, "the county's own ground instead");
  await page.check(".layers label:has-text('Base map') input");
  await waitDrawn(page, "base-land", (all) => all.length > 0, "switched on");
  await page.close();
});

test("in the dark the ground is dark, and changes with the device", async () => {
  const night = await newContext({ colorScheme: "dark" });
  const page = await open(view(15, "zh"), night);
  await waitDrawn(page, "base-building", (all) => all.length > 0, "buildings");
  for (const name of ["覆盖", "巡区", "事件", "队伍"]) {
    await page.uncheck(`.layers label:has-text('${name}') input`);
  }
  await idle(page);
  assert.deepEqual(await faults(page), [], "panels and legend can be read in the dark");
  await shot(page, "basemap-near-zh-dark");
  const dark = [
    await paint(page, "base-land", "fill-color"),
    await paint(page, "sea", "background-color"),
  ];
  await moveTo(page, { lng: -4.55, lat: 54.2 }, 10.5);
  await idle(page);
  await shot(page, "basemap-far-zh-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.waitForFunction(
    (before) => window.xungeMap.getPaintProperty("base-land", "fill-color") !== before,
    dark[0],
  );
  assert.notEqual(await paint(page, "sea", "background-color"), dark[1]);
  await idle(page);
  await shot(page, "basemap-far-zh");
  await night.close();
});

test("roads of before say on the page what to do", async () => {
  const before = await newContext();
  await before.route("**/api/v1/status", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ json: { ...(await answer.json()), basemap: "missing" } });
  });
  const page = await open("hide=&lang=zh", before);
  assert.ok(await page.isVisible("text=请重新导入路网数据"));
  assert.ok(await page.isHidden(".layers label:has-text('底图')"));
  await before.close();
});
