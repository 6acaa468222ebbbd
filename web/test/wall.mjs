/** The wall: figures that are the service's, that follow what happens, and a tour that can be stopped. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ask,
  DOUGLAS,
  faults,
  idle,
  newContext,
  open,
  says,
  send,
  shot,
  until,
  withoutWebGL,
} from "./kit.mjs";

const BIG = { width: 1600, height: 900 };
const figure = (page, id) => page.textContent(`#wall-${id} strong`);

async function reported(t, more = {}) {
  const id = crypto.randomUUID();
  const spot = { lng: DOUGLAS.lng, lat: DOUGLAS.lat };
  await send("POST", "/incidents", { id, ...spot, matter: "CG-001", ...more });
  t.after(async () => {
    const act = { id: crypto.randomUUID(), act: { to: "void" }, reason: "test" };
    await send("POST", `/incidents/${id}/actions`, act);
  });
  return id;
}

const shows = (page, id, value) =>
  page.waitForFunction(
    ([selector, wanted]) => document.querySelector(selector)?.textContent === wanted,
    [`#wall-${id} strong`, String(value)],
  );

test("the wall shows what is open, overdue and reached now, and follows it", async (t) => {
  const own = await newContext({ viewport: BIG });
  const page = await open("wall&hide=&lang=en", own);
  await page.waitForSelector(".live[data-state=open]");
  const { number_matched: open_ } = await ask("/incidents?open=true&limit=1");
  await shows(page, "open", open_);
  const overdue = Number((await figure(page, "overdue")).replaceAll(",", ""));
  const late = await reported(t, {
    reported_at: new Date(Date.now() - 90 * 60_000).toISOString(),
    urgency: "urgent",
  });
  await shows(page, "open", open_ + 1);
  await shows(page, "overdue", overdue + 1);
  await page.waitForSelector(`.ticker [data-id="${late}"], .ticker li`);
  const id = await reported(t);
  await page.waitForSelector(`.ticker [data-id="${id}"]`);
  await page.waitForFunction(() =>
    /%$/.test(document.querySelector("#wall-coverage strong").textContent),
  );
  const { shares } = await ask("/coverage?minutes=30&basis=live");
  const shown = Number.parseFloat(await figure(page, "coverage"));
  assert.ok(Math.abs(shown - shares.accessible.area_m2.share * 100) < 0.11, `${shown} %`);
  const { groups } = await ask(
    `/kpis/arrivals?by=county&from=${new Date(Date.now() - 60_000).toISOString()}`,
  );
  assert.ok(Array.isArray(groups));
  await says(page, "#wall-response", /a week ago/);
  assert.ok((await page.locator(".townships tbody tr").count()) > 0);
  // Eight days of the county, today last: as many as the service has of each.
  await page.waitForSelector("#wall-trend li");
  const trend = () =>
    page.$$eval("#wall-trend li", (all) =>
      all.map(({ dataset }) => [dataset.from, Number(dataset.reported)]),
    );
  assert.equal((await trend()).length, 8);
  const since = async (from) => (await ask(`/incidents?from=${from}&limit=1`)).number_matched;
  // What was reported late, after midnight for the day before, comes a moment afterwards.
  await until(async () => {
    const days = await trend();
    const wrong = [];
    for (const i of [0, 3, 6]) {
      const [[from, shown], [next]] = [days[i], days[i + 1]];
      const is = (await since(from)) - (await since(next));
      if (shown !== is) wrong.push([from, shown, is]);
    }
    return wrong.length === 0 || wrong;
  }, "days, as shown and as they are");
  assert.ok((await page.locator(".wall-legend li").count()) > 4);
  assert.deepEqual(await faults(page), []);

  // The tour goes to what is due first, and back; it stands still for who wants little to move.
  assert.equal(await page.textContent("#wall-tour"), "Start the tour");
  await page.click("#wall-tour");
  await page.waitForFunction(() =>
    /overdue by/.test(document.querySelector("#wall-caption").textContent),
  );
  await page.click("#wall-tour");
  assert.equal(await page.textContent("#wall-tour"), "Start the tour");
  await idle(page);
  await shot(page, "wall-en");
  await page.click("#wall-leave");
  await page.waitForSelector("#coverage-panel");
  await own.close();

  const zh = await newContext({ viewport: BIG });
  const wall = await open("wall&hide=&lang=zh", zh);
  await wall.waitForSelector("#wall-response");
  await wall.waitForSelector(".townships tbody tr");
  await idle(wall);
  await shot(wall, "wall-zh");
  assert.deepEqual(await faults(wall), []);
  await zh.close();
});

test("without WebGL the wall keeps its figures", async (t) => {
  const own = await newContext({ viewport: BIG });
  await withoutWebGL(own);
  const page = await open("wall&hide=&lang=en", own);
  await page.waitForSelector("#wall-open strong");
  await page.waitForSelector(".map .warning");
  // They follow what happens, too.
  await page.waitForSelector(".live[data-state=open]");
  const id = await reported(t);
  await page.waitForSelector(`.ticker [data-id="${id}"]`);
  await own.close();
});
