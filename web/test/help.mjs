/** What helps with a case: advice whom to send by its response plan, departments that are whistled for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, DOUGLAS, faults, onShift, open, send, shot, until } from "./kit.mjs";

/** A case of this matter in the capital, void in the end. */
async function reported(t, matter) {
  const id = crypto.randomUUID();
  await send("POST", "/incidents", { id, ...DOUGLAS, matter, description: "help" });
  t.after(async () => {
    const { assignments } = await ask("/assignments");
    for (const one of assignments.filter(({ incident }) => incident === id)) {
      const order = { id: crypto.randomUUID(), to: "cancelled", reason: "test" };
      await send("POST", `/assignments/${one.id}/steps`, order);
    }
    const order = { id: crypto.randomUUID(), act: { to: "void" }, reason: "test" };
    await send("POST", `/incidents/${id}/actions`, order);
  });
  return id;
}

const press = (page, selector) => page.locator(selector).first().click();

test("advice tells what the plan wants at each alarm level, and who holds it; all are sent at once", async (t) => {
  await onShift(t);
  const id = await reported(t, "QT-003");
  const page = await open(`case=${id}&lang=en`);
  const plan = await page.waitForSelector("#advice-plan");
  assert.match(
    await plan.textContent(),
    /Response plan crowd.*Wanted: 2 squads, 4 certified officers/,
  );
  await page.waitForSelector("#advice-uncovers");
  const first = await page.$$eval("#advice-plan .row", (rows) => rows.length);
  await page.selectOption("#alarm-level", "2");
  await until(
    async () => /4 squads, 8 certified officers/.test(await page.textContent("#advice-plan")),
    "the plan of level 2",
  );
  const wanted = await ask(`/squads/recommendation?incident=${id}&level=2`);
  const told = await page.$$eval("#advice-plan [data-send]", (all) =>
    all.map((one) => one.dataset.send),
  );
  assert.deepEqual(
    told,
    wanted.response.squads.map(({ squad }) => squad.id),
  );
  assert.ok(told.length >= first);
  await shot(page, "help-plan");
  assert.deepEqual(await faults(page), []);
  await press(page, "[data-key=send-plan]");
  await until(async () => {
    const { assignments } = await ask("/assignments");
    const sent = assignments.filter(({ incident }) => incident === id).map(({ squad }) => squad);
    return told.every((squad) => sent.includes(squad)) || sent;
  }, "all of the plan are sent");
  await until(
    async () => /Sent already/.test(await page.textContent("#advice-plan")),
    "the plan knows who is sent",
  );
  await page.close();
});

test("a department is whistled for, answers, comes, and is rated; another page follows", async (t) => {
  const id = await reported(t, "CG-001");
  const page = await open(`case=${id}&lang=zh`);
  const other = await open(`case=${id}&lang=en`);
  await press(page, "[data-blow]");
  for (const [state, next] of [
    ["whistled", "acknowledged"],
    ["acknowledged", "arrived"],
    ["arrived", "done"],
  ]) {
    for (const one of [page, other])
      await one.waitForSelector(`[data-whistle][data-status=${state}]`);
    if (state === "acknowledged") {
      await shot(page, "help-whistle-zh");
      assert.deepEqual(await faults(page), []);
    }
    await press(page, `[data-whistle] [data-whistle-step=${next}]`);
  }
  await page.waitForSelector("[data-whistle][data-status=done]");
  await page.selectOption("[data-rate=township]", "4");
  await page.waitForSelector("[data-rate=township]", { state: "detached" });
  const { whistles } = await ask(`/incidents/${id}/whistles`);
  assert.deepEqual(
    whistles.map(({ status, stars_of_department: stars }) => [status, stars]),
    [["done", 4]],
  );
  await Promise.all([page.close(), other.close()]);
});
