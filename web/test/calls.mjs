/** A call that says only an address: held by keyboard, seen by a second browser, located by a candidate, a case. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ask,
  clickMap,
  DOUGLAS,
  faults,
  NARROW,
  newContext,
  onShift,
  open,
  says,
  send,
  shot,
  typeMatter,
  waitDrawn,
  waitNear,
} from "./kit.mjs";

const VIEW = `map=13/${DOUGLAS.lat}/${DOUGLAS.lng}`;
const SAID = "behind the old school in Laxey";
/** Beside the card. */
const THERE = { lng: DOUGLAS.lng - 0.01, lat: DOUGLAS.lat };

async function close(id) {
  const act = { to: "void" };
  const body = { id: crypto.randomUUID(), act, reason: "test" };
  await send("POST", `/incidents/${id}/actions`, body);
}

test("a call held by keyboard is seen elsewhere, located by a candidate, and a case with its clock from the ring", async (t) => {
  await onShift(t);
  const page = await open(`${VIEW}&lang=en`);
  const narrow = await newContext({ viewport: NARROW, hasTouch: true, isMobile: true });
  const other = await open(`${VIEW}&lang=zh`, narrow);
  await other.click("[data-tab=cases]");
  for (const one of [page, other]) await one.waitForSelector(".live[data-state=open]");

  await page.click("[data-side=cases]");
  await page.focus("#take-call");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#report-address:focus");
  const looked = page.waitForResponse((answer) => answer.url().includes("/find?"));
  await page.keyboard.type(SAID);
  await looked;
  await typeMatter(page, "CG-001");
  await shot(page, "wide-en-call-taken");
  assert.deepEqual(await faults(page), []);
  await page.focus("#report button[type=submit]");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#call[data-state=held]");
  const id = await page.getAttribute("#call", "data-id");
  const { reported_at } = await ask(`/calls/${id}`);
  await page.waitForSelector(`#calls-list [data-id="${id}"] [aria-current]`);

  await other.waitForSelector(`#calls-list [data-id="${id}"]`);
  await other.click(`[data-key="call-${id}"]`);
  await other.waitForSelector("#call-candidates .candidate");
  await shot(other, "narrow-zh-call");
  assert.deepEqual(await faults(other), []);

  await page.waitForSelector("#call-candidates .candidate");
  const kinds = await page.$$eval(".candidate", (all) => all.map((one) => one.dataset.kind));
  assert.ok(kinds.includes("settlement"), kinds.join());
  await says(page, ".candidate", /Laxey/);
  await says(page, ".case-clock", /left to locate it/);
  await shot(page, "wide-en-call-held");
  await page.focus(".candidate");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#locate-here");
  await waitNear(page, 13);
  await waitDrawn(page, "target", (all) => all.length === 1, "where it is proposed");
  await shot(page, "wide-en-call-proposed");
  assert.deepEqual(await faults(page), []);
  await page.focus("#locate-here");
  await page.keyboard.press("Enter");
  await page.waitForSelector(`#incident[data-id="${id}"][data-status=reported]`);
  const incident = await ask(`/incidents/${id}`);
  assert.equal(incident.reported_at, reported_at, "from the ring");
  assert.equal(incident.description, SAID);
  assert.equal(incident.matter, "CG-001");
  // Whoever looked at the call has the case as well, and nobody holds it any more.
  await other.waitForSelector(`#incident[data-id="${id}"]`);
  for (const one of [page, other]) {
    await one.waitForFunction(
      (held) => !document.querySelector(`#calls-list [data-id="${held}"]`),
      id,
    );
  }
  await page.waitForSelector("[data-send]");
  await shot(page, "wide-en-call-located");
  await close(id);
  await narrow.close();
  await page.close();
});

test("a call that waits too long is an alarm; a click on the map says where it is, or it is dropped", async () => {
  const [id, joke] = [crypto.randomUUID(), crypto.randomUUID()];
  const reported_at = new Date(Date.now() - 12 * 60_000).toISOString();
  const page = await open(`${VIEW}&lang=zh`);
  await page.waitForSelector(".live[data-state=open]");
  await page.click("[data-side=cases]");
  for (const one of [id, joke]) {
    await send("POST", "/calls", {
      id: one,
      address: "老学校后面",
      urgency: "urgent",
      reported_at,
    });
  }
  await page.waitForSelector(`#calls-list [data-id="${id}"][data-overdue]`);
  await says(page, "#alarm-calls", /超时未定位的来电：2/);
  await page.click(`[data-key="call-${id}"]`);
  await page.waitForSelector("#call-candidates");
  await clickMap(page, THERE);
  await page.waitForSelector("#locate-here");
  await shot(page, "wide-zh-call-overdue");
  assert.deepEqual(await faults(page), []);
  await page.click("#locate-here");
  await page.waitForSelector(`#incident[data-id="${id}"]`);
  const { lng, lat } = await ask(`/incidents/${id}`);
  assert.ok(Math.abs(lng - THERE.lng) < 0.001 && Math.abs(lat - THERE.lat) < 0.001);
  await says(page, "#alarm-calls", /：1/);

  await page.click(`[data-key="call-${joke}"]`);
  await page.click("#call-drop summary");
  await page.fill("#drop-reason", "误拨");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#call[data-state=dropped]");
  await says(page, "#call", /已撤销：误拨/);
  assert.equal((await ask(`/calls/${joke}`)).ended.reason, "误拨");
  await page.waitForFunction(() => !document.querySelector("#alarm-calls").textContent);
  await page.click("[data-side=powers]");
  await page.click("[data-view=figures]");
  const figures = await page.waitForSelector("#call-figures");
  await figures.scrollIntoViewIfNeeded();
  assert.match(await figures.textContent(), /已定位.*已撤销.*按时/s);
  await shot(page, "wide-zh-call-figures");
  assert.deepEqual(await faults(page), []);
  await close(id);
  await page.close();
});

test("an address that means a place leads to the report there, with what was typed", async () => {
  const page = await open(`${VIEW}&lang=en`);
  await page.click("[data-side=cases]");
  await page.click("#take-call");
  await page.fill("#report-description", "goods on the pavement");
  await page.fill("#report-address", "Laxey");
  await page.waitForSelector("#report-address-list [role=option]");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#report-accuracy_m");
  assert.equal(await page.inputValue("#report-description"), "goods on the pavement");
  await page.keyboard.press("Escape");
  await page.click("#take-call");
  await page.waitForSelector("#report-address");
  await page.click("#report .quiet");
  await page.waitForSelector("#take-call:focus");
  await page.close();
});
