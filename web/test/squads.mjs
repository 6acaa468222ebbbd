/** The list of squads by status beside the cases: filtered, followed, and the selected one marked on the map. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, faults, newContext, open, says, send, shot, until } from "./kit.mjs";

const VIEW = "map=10/54.2361/-4.5481";

/** Where the map marks what is selected: [longitude, latitude, squad]. */
const marked = (page) =>
  page.evaluate(async () => {
    const { features } = await window.xungeMap.getSource("target").getData();
    const [one] = features;
    return one ? [...one.geometry.coordinates, one.properties.squad] : [];
  });

test("squads are listed by status, filtered, and the selected one is marked on the map", async (t) => {
  const { squads } = await ask("/squads");
  const squad = squads.find(({ status }) => status === "available");
  t.after(() => send("PATCH", `/squads/${squad.id}`, { status: squad.status }));
  const own = await newContext();
  const page = await open(`${VIEW}&lang=en`, own);
  await page.click("[data-side=cases]");
  await page.click("#squad-list > summary");
  await until(
    async () => (await page.$$("#squad-list [data-squad]")).length === squads.length,
    "all of them",
  );
  await page.click("#squad-list [data-look=out_of_service]");
  await until(async () => (await page.$$("#squad-list [data-squad]")).length === 0, "none so far");
  await send("PATCH", `/squads/${squad.id}`, { status: "out_of_service" });
  await says(page, `#squad-list [data-squad="${squad.id}"]`, /out of service/);
  assert.equal((await page.$$("#squad-list [data-squad]")).length, 1);
  await says(page, "#squad-list [data-look=out_of_service]", / 1$/);

  await page.click(`#squad-list [data-squad="${squad.id}"]`);
  await page.waitForSelector("#squad");
  await page.waitForSelector(`#squad-list [data-squad="${squad.id}"][aria-current=true]`);
  const { lng, lat } = squad.position ?? squad.waits_at;
  await until(async () => {
    const at = await marked(page);
    return at[2] === squad.id && Math.hypot(at[0] - lng, at[1] - lat) < 1e-6 ? true : at;
  }, "the mark");
  assert.deepEqual(await faults(page), []);
  await shot(page, "wide-en-squad-list");
  await page.click("[data-lang=zh]");
  await says(page, "#squad-list > summary", /队伍状态/);
  await says(page, "#squad-list [data-look=out_of_service]", /1$/);
  await shot(page, "wide-zh-squad-list");
  await own.close();
});
