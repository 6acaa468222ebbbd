/** The page below a prefix, as a proxy shows it that takes the prefix off and says nothing of it. */
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { test } from "node:test";
import {
  ask,
  clickMap,
  context,
  DOUGLAS,
  idle,
  newContext,
  open,
  origins,
  SERVICE,
  shot,
  typeMatter,
  waitDrawn,
} from "./kit.mjs";

const PREFIX = "/xunge";

/** Passes what stands below the prefix on; what was asked beside it is kept, and not there. */
async function proxied(t) {
  const beside = [];
  const server = createServer((asked, answer) => {
    if (!asked.url.startsWith(`${PREFIX}/`)) {
      beside.push(asked.url);
      answer.writeHead(404).end();
      return;
    }
    const { method, headers } = asked;
    const path = asked.url.slice(PREFIX.length);
    const passed = request(`${SERVICE}${path}`, { method, headers }, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      got.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    answer.on("close", () => passed.destroy());
    asked.pipe(passed);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.close() && server.closeAllConnections());
  const origin = `http://127.0.0.1:${server.address().port}`;
  origins.add(origin);
  return { root: `${origin}${PREFIX}`, beside };
}

test("below a prefix the page reports, hears of it, draws and links as at the root", async (t) => {
  const { root, beside } = await proxied(t);
  const own = await newContext();
  const page = await open(`map=14/${DOUGLAS.lat}/${DOUGLAS.lng}&lang=zh`, own, root);
  await page.waitForSelector(".live[data-state=open]");
  await waitDrawn(page, "roads-major", (all) => all.length > 0, "roads, from tiles");
  await page.uncheck(".layers label:has-text('事件') input");
  await page.evaluate(() => window.xungeMap.setLayoutProperty("squads", "visibility", "none"));
  await idle(page);
  await clickMap(page, { lng: DOUGLAS.lng + 0.003, lat: DOUGLAS.lat + 0.002 });
  await page.click("#report-here");
  await typeMatter(page, "CG-002");
  await page.fill("#report-description", "代理之后");
  await page.click("#report button[type=submit]");
  const id = await page.getAttribute("#incident", "data-id");
  assert.equal((await ask(`/incidents/${id}`)).description, "代理之后");
  await page.check(".layers label:has-text('事件') input");
  const reported = (all) => all.some((one) => one.id === id);
  await waitDrawn(page, "incidents", reported, "what was reported, as told by events");
  await shot(page, "wide-zh-prefix");

  await page.click("[data-side=data]");
  await page.waitForSelector("#data-layers [data-layer=zones]");
  const links = await page.$$eval("#data-panel a[href]", (all) =>
    all.map((one) => one.href).filter((href) => href.startsWith(location.origin)),
  );
  assert.ok(links.length > 20, `${links.length} links`);
  for (const link of links) assert.ok(link.startsWith(`${root}/`), link);
  const answers = links.filter((one) => !/roads|grids|coverage/.test(one));
  for (const link of answers) assert.equal((await context.request.get(link)).status(), 200, link);
  await page.close();

  const docs = await own.newPage();
  await docs.goto(`${root}/docs/`);
  await docs.waitForSelector(".opblock-tag[data-tag=incidents]");
  await own.close();
  assert.deepEqual(beside, []);
});
