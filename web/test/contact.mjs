/** Squads that nobody heard of for long, and a feed of positions that fell silent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ALL_WEEK,
  ask,
  faults,
  lookFor,
  NARROW,
  newContext,
  open,
  says,
  send,
  shot,
} from "./kit.mjs";

const PHONE = { viewport: NARROW, hasTouch: true, isMobile: true };

/** Busy for longer than squads are without being asked, and on shift whatever the clock says. */
async function unheard(t, squad) {
  const path = `/squads/${squad}`;
  const { shifts } = await ask(path);
  await send("PATCH", path, { shifts: ALL_WEEK });
  t.after(async () => {
    await send("PATCH", path, { shifts, status: "available" });
  });
  const at = new Date(Date.now() - 3 * 3_600_000).toISOString();
  await send("PATCH", path, { status: "busy", at });
  assert.ok((await ask(path)).asked_at);
  return path;
}

test("a squad that nobody heard of for long is asked on its phone, and one button answers", async (t) => {
  const path = await unheard(t, "bride");
  const own = await newContext(PHONE);
  const page = await open("phone&squad=bride&lang=zh", own);
  await page.waitForSelector("#phone-asked");
  await says(page, "#phone-asked", /当前状态是否不变/);
  assert.deepEqual(await faults(page), []);
  await shot(page, "phone-zh-asked");
  await page.click("[data-key=still-so]");
  await page.waitForSelector("#phone-asked", { state: "detached" });
  await page.waitForSelector("#outbox", { state: "detached" });
  const { status, asked_at, state } = await ask(path);
  assert.deepEqual([status, asked_at, state], ["busy", null, "busy"]);
  await page.click("[data-status=returning]");
  await page.waitForSelector("[data-status=returning][aria-pressed=true]");
  await page.waitForSelector("#outbox", { state: "detached" });
  assert.equal((await ask(path)).state, "returning");
  await own.close();
});

test("the page marks who is asked for, and answers for it", async (t) => {
  const path = await unheard(t, "jurby");
  const own = await newContext();
  const page = await open("lang=en", own);
  await lookFor(page, "Jurby Stationed Squad");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-asked=jurby]");
  await says(page, "#squad", /busy, since/);
  await page.waitForSelector("[data-told=jurby] li");
  await says(page, "[data-told=jurby] li", /busy.*came in 3 h later/);
  assert.deepEqual(await faults(page), []);
  await shot(page, "squad-en-asked");
  await page.click("[data-asked] [data-key=still-so]");
  await page.waitForSelector("[data-asked]", { state: "detached" });
  assert.equal((await ask(path)).asked_at, null);
  await page.waitForSelector("[data-told=jurby] li:nth-child(2)");
  const { statuses } = await ask(`${path}/statuses`);
  assert.deepEqual([statuses[0].status, statuses[0].n], ["busy", statuses[1].n + 1]);
  await own.close();
});

test("a feed of positions that fell silent is an alarm until it comes back", async () => {
  const own = await newContext();
  const silent = async (route) => {
    const answer = await route.fetch();
    const status = await answer.json();
    await route.fulfill({ json: { ...status, positions_silent_since: "2026-03-04T10:00:00Z" } });
  };
  await own.route("**/api/v1/status", silent);
  for (const [lang, text] of [
    ["zh", /起未收到任何队伍位置/],
    ["en", /No positions of squads since/],
  ]) {
    const page = await open(`lang=${lang}`, own);
    await page.waitForSelector("#alarm-positions:not(:empty)");
    await says(page, "#alarm-positions", text);
    assert.deepEqual(await faults(page), []);
    await shot(page, `feed-silent-${lang}`);
    await page.close();
  }
  const wall = await open("wall&hide=&lang=zh", own);
  await says(wall, ".wall-bar .live", /起未收到任何队伍位置/);
  assert.deepEqual(await faults(wall), []);
  await shot(wall, "wall-zh-silent");
  await wall.close();
  await own.unroute("**/api/v1/status", silent);
  const page = await open("lang=zh", own);
  assert.equal(await page.textContent("#alarm-positions"), "");
  await own.close();
});
