/** Calls that tell of the same: made one case from its card, all reporters told, taken out again; another page follows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, DOUGLAS, faults, newContext, open, says, send, shot, until } from "./kit.mjs";

/** On a spot of its own, so that nothing else is near. */
async function reportedTwice(t) {
  const spot = {
    lng: DOUGLAS.lng - 0.03 - Math.random() * 0.004,
    lat: DOUGLAS.lat + 0.01 + Math.random() * 0.004,
  };
  const ids = [crypto.randomUUID(), crypto.randomUUID()];
  for (const [n, id] of ids.entries()) {
    const said = { matter: "CG-002", description: `a stall on the pavement, call ${n + 1}` };
    await send("POST", "/incidents", { id, ...spot, ...said });
  }
  t.after(async () => {
    for (const id of ids) {
      if (!(await ask(`/incidents/${id}`)).open) continue;
      for (const act of ["tell", { to: "void" }]) {
        const body = { id: crypto.randomUUID(), act, reason: "test" };
        await send("POST", `/incidents/${id}/actions`, body);
      }
    }
  });
  return ids;
}

const press = (page, selector) => page.locator(selector).first().click();

async function because(page, reason) {
  await page.fill("#reason", reason);
  await press(page, "#reason-form button[type=submit]");
}

test("a repeat is merged into the case that was there before, both callers are told, and it is taken out again", async (t) => {
  const [lead, repeat] = await reportedTwice(t);
  const page = await open(`case=${repeat}&lang=zh`);
  const other = await open(`case=${lead}&lang=en`, await newContext());
  await page.waitForSelector("#case-repeats");
  await says(page, "#case-same", /可能是重复投诉.*call 1.*将本案并入该案/s);
  await says(other, "#case-same", /May be a repeat.*call 2.*Merge it into this case/s);
  assert.deepEqual(await faults(page), []);
  const shown = async (on, name) => {
    await on.locator("#case-same").scrollIntoViewIfNeeded();
    await shot(on, name);
  };
  await shown(page, "wide-zh-repeats");

  await press(page, `[data-merge="${lead}"]`);
  await page.waitForSelector("#incident[data-status=merged]");
  await says(page, "#case-same", /本案已并入/);
  await other.waitForSelector("#case-merged");
  await says(other, "#case-same", /Merged into this case: 1.*call 2.*reporter not told yet/s);
  await other.waitForSelector("[data-act=tell]");
  await shown(other, "wide-en-merged");
  assert.deepEqual(await faults(other), []);

  // Who reported either of them hears of it with one click.
  await press(other, "[data-act=tell]");
  await because(other, "the stall is gone");
  await says(other, "#case-same", /call 2.*told /s);
  await says(page, "#story", /告知上报人.*the stall is gone/s);

  // Its card leads to the one that stands for it, and that one back.
  await press(page, `[data-same="${lead}"]`);
  await page.waitForSelector(`#incident[data-id="${lead}"]`);
  await press(page, `[data-same="${repeat}"]`);
  await page.waitForSelector(`#incident[data-id="${repeat}"][data-status=merged]`);
  await press(page, "[data-act=unmerge]");
  await because(page, "another stall");
  await page.waitForSelector("#incident[data-status=reported]");
  await until(async () => (await other.locator("#case-merged").count()) === 0, "taken out again");
  await page.close();
  await other.close();
});
