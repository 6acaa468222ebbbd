/** Out of the page: tables, layers, the selection, a picture, paper, and the view as a request. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  ask,
  context,
  DOUGLAS,
  faults,
  idle,
  NARROW,
  NOON,
  newContext,
  open,
  SERVICE,
  says,
  shot,
} from "./kit.mjs";

const VIEW = `map=12/${DOUGLAS.lat}/${DOUGLAS.lng}&at=${DOUGLAS.lat}/${DOUGLAS.lng}`;

async function taken(page, selector) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

const lines = ({ bytes }) => bytes.toString("utf8").replace("\ufeff", "").trim().split("\r\n");

test("every table, the selection and a picture can be taken away", async () => {
  const page = await open(`${VIEW}&m=20&t=${NOON}&lang=en`);
  await page.click("[data-side=data]");
  await page.waitForSelector("#who-comes .response");
  const { number_matched: cases } = await ask("/incidents?open=true&limit=1");
  const townships = (await ask("/coverage?by=townships&minutes=20")).townships.length;
  const { squads } = await ask("/squads?limit=1000");
  for (const [table, rows] of [
    ["cases", cases],
    ["townships", townships],
    ["squads", squads.length],
    ["nearest", 3],
  ]) {
    const file = await taken(page, `#table-${table}`);
    assert.match(file.name, new RegExp(`^${table}.*\\.csv$`));
    assert.equal(lines(file).length, rows + 1, table);
  }
  const uncovered = await taken(page, "#table-uncovered");
  assert.match(lines(uncovered)[0], /^cell,latitude,longitude/);
  const selection = JSON.parse((await taken(page, "#save-selection")).bytes);
  const kinds = selection.features.map(({ geometry }) => geometry.type);
  assert.ok(kinds.includes("Point") && kinds.includes("LineString"), `${kinds}`);
  assert.equal(selection.features[0].properties.township, "990001107000");

  await idle(page);
  const picture = await taken(page, "#save-picture");
  assert.match(picture.name, /^map-.*\.png$/);
  // A picture of one colour would be a few kilobytes.
  assert.ok(picture.bytes.length > 50_000, `${picture.bytes.length} bytes`);
  const size = await page.evaluate(async (data) => {
    // The page may not ask for `data:`.
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    const draw = canvas.getContext("2d");
    draw.drawImage(image, 0, 0);
    const { data: pixels } = draw.getImageData(image.width / 2, 60, image.width / 2, 200);
    const colours = new Set();
    for (let i = 0; i < pixels.length; i += 4) {
      colours.add((pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2]);
    }
    return { width: image.width, colours: colours.size };
  }, picture.bytes.toString("base64"));
  assert.ok(size.colours > 20, `${size.colours} colours`);
  await page.close();
});

test("the present view is told as requests, and each of them answers what is shown", async () => {
  const page = await open(`${VIEW}&m=20&t=${NOON}&lang=en`);
  await page.click("[data-side=data]");
  await page.waitForSelector("#data-layers [data-layer=zones]");
  const urls = await page.$$eval("[data-request] input", (all) => all.map((one) => one.value));
  assert.equal(urls.length, 3);
  for (const url of urls) {
    assert.ok(url.startsWith(`${SERVICE}/api/v1/`), url);
    const answer = await context.request.get(url);
    assert.ok(answer.ok(), `${url}: ${answer.status()}`);
  }
  const coverage = await (await context.request.get(urls[0])).json();
  assert.equal(coverage.minutes, 20);
  const links = await page.$$eval("#data-layers a", (all) => all.map((one) => one.href));
  const layers = await page.$$eval("#data-layers [data-layer]", (all) => all.length);
  assert.equal(links.length, layers * 3 - 2, "squads and blind spots have no tiles");
  for (const link of links.filter((one) => !/roads|grids/.test(one))) {
    const answer = await context.request.get(link);
    assert.ok(answer.ok(), `${link}: ${answer.status()}`);
  }
  assert.deepEqual(await faults(page), []);
  await shot(page, "wide-en-data");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: SERVICE });
  await page.click("[data-key=copy-coverage]");
  await page.waitForSelector("[data-request=coverage] [role=status]:has-text('copied')");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), urls[0]);
  await page.close();

  const phone = await newContext({ viewport: NARROW, hasTouch: true, isMobile: true });
  const narrow = await open(`m=20&t=${NOON}&lang=zh`, phone);
  await narrow.click("[data-tab=data]");
  await narrow.waitForSelector("#data-layers [data-layer=zones]");
  const width = await narrow.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= NARROW.width, `${width} px wide`);
  assert.deepEqual(await faults(narrow), []);
  await shot(narrow, "narrow-zh-data");
  await phone.close();
});

test("on paper stand the map, its legend, the figures and what they mean", async () => {
  const page = await open(`${VIEW}&m=20&t=${NOON}&lang=zh`);
  await page.waitForSelector("#who-comes .response");
  await idle(page);
  await page.evaluate(() => void window.dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print" });
  await page.waitForSelector("#print-sheet img");
  await says(page, "#print-sheet", /20 分钟/);
  await says(page, "#print-sheet", /OpenStreetMap/);
  assert.ok(!(await page.isVisible(".bar")));
  assert.ok(await page.isVisible("#who-comes"));
  await shot(page, "print-zh");
  await page.emulateMedia({ media: "screen" });
  await page.evaluate(() => void window.dispatchEvent(new Event("afterprint")));
  assert.equal(await page.locator("#print-sheet").count(), 0);
  await page.close();
});
