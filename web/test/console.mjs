/** The dispatcher's console: a call from ring to closed case, the queue, two browsers at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ask,
  clickMap,
  DOUGLAS,
  faults,
  forgive,
  idle,
  NARROW,
  newContext,
  onShift,
  open,
  says,
  send,
  shot,
  typeMatter,
  until,
} from "./kit.mjs";

const VIEW = `map=14/${DOUGLAS.lat}/${DOUGLAS.lng}`;

/** Near Douglas, where nobody reported before: a click hits no symbol. */
function spot() {
  return {
    lng: DOUGLAS.lng + Math.random() * 0.006,
    lat: DOUGLAS.lat + Math.random() * 0.004,
  };
}

async function reported(t) {
  const id = crypto.randomUUID();
  await send("POST", "/incidents", { id, ...spot(), urgency: "urgent", description: "console" });
  t.after(async () => {
    const { open: still } = await ask(`/incidents/${id}`);
    if (!still) return;
    const act = { to: "void" };
    await send("POST", `/incidents/${id}/actions`, {
      id: crypto.randomUUID(),
      act,
      reason: "test",
    });
  });
  return id;
}

/** The state of the open card. */
const becomes = (page, status) => page.waitForSelector(`#incident[data-status="${status}"]`);

/** What is drawn there now; an answer that is asked again takes its buttons' place. */
const press = (page, selector) => page.locator(selector).first().click();

test("a call: reported in four clicks, sent with the fifth, followed and closed on the page", async (t) => {
  await onShift(t);
  const page = await open(`${VIEW}&lang=en`);
  for (const name of ["Incidents", "Squads"]) {
    await page.uncheck(`.layers label:has-text('${name}') input`);
  }
  await idle(page);
  let clicks = 0;
  const click = async (selector) => {
    clicks += 1;
    await press(page, selector);
  };
  clicks += 1;
  await clickMap(page, spot());
  await click("#report-here");
  await typeMatter(page, "CG-001");
  await click("#report button[type=submit]");
  await becomes(page, "reported");
  assert.ok(clicks <= 4, `reported in ${clicks} clicks`);
  const id = await page.getAttribute("#incident", "data-id");
  await page.waitForSelector("[data-send]");
  await shot(page, "wide-en-case-reported");
  await click("[data-send]");
  assert.ok(clicks <= 5, `sent in ${clicks} clicks`);
  await becomes(page, "dispatched");
  const { assignments } = await ask(`/incidents/${id}/history`);
  assert.equal(assignments.length, 1);
  await press(page, "[data-step=en_route]");
  await page.waitForSelector(".sent[data-status=en_route]");
  await press(page, "[data-step=on_scene]");
  await becomes(page, "arrived");
  await shot(page, "wide-en-case-arrived");
  await press(page, "[data-step=done]");
  await page.waitForSelector("#case-sent", { state: "detached" });
  // Not without saying why.
  await press(page, "[data-act='raise suspended']");
  await press(page, "#reason-form button[type=submit]");
  assert.equal(await page.textContent("#reason-error"), "Say why.");
  await page.fill("#reason", "waits for the owner");
  await press(page, "#reason-form button[type=submit]");
  await page.waitForSelector("[data-act='lower suspended']");
  await press(page, "[data-act='lower suspended']");
  await page.waitForSelector("[data-act='raise suspended']");
  for (const to of ["handled", "fed_back", "verified", "closed"]) {
    await press(page, `[data-act='to ${to}']`);
    await becomes(page, to);
  }
  await page.waitForSelector("#who-comes", { state: "detached" });
  // The state is the answer's; the story is asked for after it.
  for (const told of ["on the scene", "waits for the owner", "handled", "closed"]) {
    await page.waitForSelector(`#story:has-text("${told}")`);
  }
  await shot(page, "wide-en-case-closed");
  await page.close();
});

test("the stages of a case run, stand while it is suspended, and end, on its card", async () => {
  const id = crypto.randomUUID();
  await send("POST", "/incidents", { id, ...spot(), matter: "CG-001", description: "stages" });
  const act = (act) =>
    send("POST", `/incidents/${id}/actions`, { id: crypto.randomUUID(), act, reason: "test" });
  const page = await open(`case=${id}&lang=zh`);
  const stands = (clock) => page.waitForSelector(`[data-stage=handle][data-clock=${clock}]`);
  await stands("waits");
  await act({ to: "dispatched" });
  await act({ to: "arrived" });
  await stands("runs");
  // It runs from now on, in working hours: all of it is left, whatever the hour.
  const [stage] = (await ask(`/incidents/${id}`)).stages;
  assert.deepEqual(
    [stage.stage.limit.unit, stage.paused, stage.late],
    ["working_hours", false, null],
  );
  assert.ok(stage.left_min >= 110 && stage.left_min <= 120, String(stage.left_min));
  await says(page, "[data-stage=handle]", /计时中.*2 工作时.*工作时间剩余/s);
  await shot(page, "wide-zh-stages");
  assert.deepEqual(await faults(page), []);
  await act({ raise: "suspended" });
  await stands("paused");
  await says(page, "[data-stage=handle]", /挂账停计/);
  await shot(page, "wide-zh-stages-suspended");
  await act({ lower: "suspended" });
  await stands("runs");
  await act({ to: "handled" });
  await stands("done");
  for (const to of ["fed_back", "verified", "closed"]) await act({ to });
  await page.close();

  const english = await open(`case=${id}&lang=en`);
  await english.waitForSelector("[data-stage=handle][data-clock=done]");
  await says(english, "#case-stages", /Stages.*done.*2 working hours/s);
  await shot(english, "wide-en-stages");
  await english.close();
});

test("the same call by keyboard alone, in Chinese", async (t) => {
  await onShift(t);
  const id = await reported(t);
  const own = await newContext({ viewport: { width: 1280, height: 720 } });
  const page = await open(`${VIEW}&lang=zh`, own);
  const enter = async (selector) => {
    await page.waitForSelector(selector);
    await page.focus(selector);
    await page.keyboard.press("Enter");
  };
  await enter("[data-side=cases]");
  await enter(`[data-key="case-${id}"]`);
  await enter("[data-send]");
  await becomes(page, "dispatched");
  await shot(page, "laptop-zh-case");
  for (const to of ["en_route", "on_scene", "done"]) {
    await enter(`[data-step=${to}]`);
    await page.waitForSelector(`[data-step=${to}]`, { state: "detached" });
  }
  await enter("[data-act='raise suspended']");
  await page.waitForSelector("#reason:focus");
  await page.keyboard.type("等待业主");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-act='lower suspended']");
  for (const to of ["handled", "fed_back", "verified", "closed"]) {
    await enter(`[data-act='to ${to}']`);
    await becomes(page, to);
  }
  await own.close();
});

test("a squad that somebody else was quicker with: who took it, the next best, or diverted for a reason", async (t) => {
  await onShift(t);
  const [id, other] = [await reported(t), await reported(t)];
  const page = await open(`${VIEW}&lang=en`);
  await page.click("[data-side=cases]");
  await page.click(`[data-key="case-${id}"]`);
  const squad = await page.locator("[data-send]").first().getAttribute("data-send");
  // The other is quicker, between what the page shows and its order.
  await page.route(
    `**/incidents/${id}/assignments`,
    async (route) => {
      const order = { id: crypto.randomUUID(), squad };
      await send("POST", `/incidents/${other}/assignments`, order);
      await route.continue();
    },
    { times: 1 },
  );
  await press(page, `[data-send="${squad}"]`);
  await page.waitForSelector("#squad-taken [data-next-best]");
  forgive("409", page);
  await says(page, "#squad-taken", /was sent to .* by this machine/);
  await shot(page, "wide-en-taken");
  await press(page, "#squad-taken [data-divert]");
  await page.fill("#reason", "nearer and worse");
  await page.keyboard.press("Enter");
  await becomes(page, "dispatched");
  assert.equal((await ask(`/incidents/${other}`)).status, "accepted");
  // Another one takes over: it is sent and the former free, both or neither.
  await page.waitForSelector(".sent[data-status=assigned]");
  const next = await page.getAttribute("[data-relieve]", "data-relieve");
  await says(page, "[data-relieve]", /Takes over from/);
  await shot(page, "wide-en-relieve");
  await press(page, `[data-relieve="${next}"]`);
  await page.fill("#reason", "a flat tyre");
  await page.keyboard.press("Enter");
  const sent = async () => {
    const { assignments } = await ask(`/incidents/${id}/history`);
    return assignments.map((one) => [one.squad, one.status, one.reason]);
  };
  const wanted = [
    [squad, "cancelled", "a flat tyre"],
    [next, "assigned", null],
  ];
  await until(async () => JSON.stringify(await sent()) === JSON.stringify(wanted), "taken over");
  await page.close();
});

test("two browsers see the same queue; what is due first comes first, what is new is marked", async (t) => {
  const page = await open(`${VIEW}&lang=en`);
  const narrow = await newContext({ viewport: NARROW, hasTouch: true, isMobile: true });
  const other = await open(`${VIEW}&lang=zh`, narrow);
  await page.click("[data-side=cases]");
  await other.click("[data-tab=cases]");
  for (const one of [page, other]) await one.waitForSelector(".live[data-state=open]");
  const late = crypto.randomUUID();
  const reported_at = new Date(Date.now() - 45 * 60_000).toISOString();
  await send("POST", "/incidents", { id: late, ...spot(), urgency: "urgent", reported_at });
  const id = await reported(t);
  for (const one of [page, other]) {
    await one.waitForSelector(`#cases-list [data-id="${id}"] .new`);
    await one.waitForSelector(`#cases-list [data-id="${late}"][data-overdue]`);
    const shown = await one.$$eval("#cases-list > li", (all) => all.map((li) => li.dataset.id));
    const { incidents } = await ask("/incidents?open=true&order=due&limit=50");
    assert.deepEqual(
      shown,
      incidents.map((incident) => incident.id),
    );
  }
  await shot(page, "wide-en-queue");
  await shot(other, "narrow-zh-queue");
  await page.click(`[data-key="case-${id}"]`);
  await becomes(page, "reported");
  await page.waitForSelector(`#cases-list [data-id="${id}"] .new`, { state: "detached" });
  const act = { to: "accepted" };
  await send("POST", `/incidents/${id}/actions`, { id: crypto.randomUUID(), act });
  await becomes(page, "accepted");
  await other.waitForFunction(
    (one) => document.querySelector(`[data-id="${one}"] .state`)?.textContent === "受理",
    id,
  );
  await page.selectOption("#cases-status", "accepted");
  await page.waitForSelector(`#cases-list [data-id="${late}"]`, { state: "detached" });
  await page.waitForSelector(`#cases-list [data-id="${id}"]`);
  await send("POST", `/incidents/${late}/actions`, {
    id: crypto.randomUUID(),
    act: { to: "void" },
    reason: "test",
  });
  await other.waitForSelector(`#cases-list [data-id="${late}"]`, { state: "detached" });
  await narrow.close();
  await page.close();
});

test("cases are looked up by when they were reported, ended ones too", async (t) => {
  const id = await reported(t);
  const page = await open(`${VIEW}&lang=en`);
  await page.click("[data-side=cases]");
  const line = `#cases-list [data-id="${id}"]`;
  await page.waitForSelector(line);
  const asked = page.waitForRequest((one) => new URL(one.url()).searchParams.has("from"));
  await page.selectOption("#cases-days", "1");
  const from = Date.parse(new URL((await asked).url()).searchParams.get("from"));
  const hours = (Date.now() - from) / 3_600_000;
  assert.ok(hours >= 24 && hours < 24.1, `${hours} hours`);
  await page.waitForSelector(line);
  const act = { id: crypto.randomUUID(), act: { to: "void" }, reason: "test" };
  await send("POST", `/incidents/${id}/actions`, act);
  await page.waitForSelector(line, { state: "detached" });
  await page.selectOption("#cases-status", "any");
  await says(page, line, /void/);
  assert.deepEqual(await faults(page), []);
  await shot(page, "wide-en-queue-day");
  await page.close();
});

test("a place offers what the reader's rights allow, and no more", async () => {
  const doors = ["#report-here", "#close-here"];
  for (const [role, rights, offered] of [
    ["viewer", ["read"], []],
    ["grid_worker", ["read", "report", "correct"], ["#report-here"]],
    ["planner", ["read", "plan", "publish", "roads"], ["#close-here"]],
    ["dispatcher", ["read", "report", "dispatch", "roads"], doors],
  ]) {
    const own = await newContext();
    await own.route("**/api/v1/session", (route) =>
      route.fulfill({ json: { role, rights, keyless: false } }),
    );
    const page = await open(`${VIEW}&at=${DOUGLAS.lat}/${DOUGLAS.lng}&lang=en`, own);
    await page.waitForSelector("#who-comes");
    for (const door of doors) {
      assert.equal(
        await page.locator(door).count(),
        offered.includes(door) ? 1 : 0,
        `${role} ${door}`,
      );
    }
    assert.equal(await page.textContent(".account .role"), role.replace("_", " "));
    await own.close();
  }
});

test("who may only look is offered nothing to do with a case", async (t) => {
  const id = await reported(t);
  const own = await newContext();
  await own.route("**/api/v1/session", (route) =>
    route.fulfill({ json: { role: "viewer", rights: ["read"], keyless: false } }),
  );
  const page = await open(`${VIEW}&lang=en`, own);
  await page.click("[data-side=cases]");
  await page.click(`[data-key="case-${id}"]`);
  await page.waitForSelector("#story");
  await page.waitForSelector("#who-comes");
  for (const selector of ["[data-send]", "[data-act]", "[data-step]", ".reporter"]) {
    assert.equal(await page.locator(selector).count(), 0, selector);
  }
  await own.close();
});
