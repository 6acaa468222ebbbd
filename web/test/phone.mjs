/** The squad's phone: through a dead zone, with its own times; what is refused is said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ask,
  DOUGLAS,
  faults,
  forgive,
  NARROW,
  newContext,
  onShift,
  open,
  says,
  send,
  shot,
} from "./kit.mjs";
import { line } from "./line.mjs";

const PHONE = { viewport: NARROW, hasTouch: true, isMobile: true };

/** Reports near Douglas and sends who is first. */
async function sent(t) {
  await onShift(t);
  const spot = {
    lng: DOUGLAS.lng + Math.random() * 0.006,
    lat: DOUGLAS.lat + Math.random() * 0.004,
  };
  const incident = crypto.randomUUID();
  const report = { id: incident, ...spot, matter: "CG-001", description: "goods on the pavement" };
  await send("POST", "/incidents", report);
  const asked = `lng=${spot.lng}&lat=${spot.lat}&matter=CG-001&competent=true&k=1`;
  const nearest = await ask(`/squads/nearest?${asked}`);
  const squad = nearest.squads[0].squad.id;
  const assignment = crypto.randomUUID();
  await send("POST", `/incidents/${incident}/assignments`, { id: assignment, squad });
  t.after(async () => {
    const { ended_at } = await ask(`/assignments/${assignment}`);
    const cancelled = { id: crypto.randomUUID(), to: "cancelled", reason: "test" };
    if (!ended_at) await send("POST", `/assignments/${assignment}/steps`, cancelled);
    const act = { id: crypto.randomUUID(), act: { to: "void" }, reason: "test" };
    await send("POST", `/incidents/${incident}/actions`, act);
  });
  return { incident, squad, assignment, spot };
}

/** A phone on a network of its own; in a dead zone nothing gets through, whatever the browser tries. */
async function phone(t, options = {}) {
  const own = await newContext({ ...PHONE, ...options });
  const way = await line();
  t.after(way.end);
  const cutOff = async () => {
    way.cut();
    await own.setOffline(true);
  };
  const comeBack = async () => {
    way.mend();
    await own.setOffline(false);
  };
  return { own, openPhone: (view) => open(view, own, way.origin), cutOff, comeBack };
}

const waiting = (page, squad) =>
  page.evaluate(
    (id) => JSON.parse(localStorage.getItem(`xunge.phone.outbox.${id}`)).waiting,
    squad,
  );

const state = (page, status) => page.waitForSelector(`#my-case[data-status=${status}]`);

test("a squad drives through a dead zone: what it does is kept, and told with its own time", async (t) => {
  const { squad, assignment, incident } = await sent(t);
  const { own, openPhone, cutOff, comeBack } = await phone(t);
  const page = await openPhone(`phone&squad=${squad}&lang=zh`);
  await state(page, "assigned");
  await page.waitForSelector("#way .turns li");
  await page.waitForSelector("#phone-clock:not(:empty)");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= NARROW.width, `${width} px wide`);
  assert.deepEqual(await faults(page), []);
  await shot(page, "phone-zh-assigned");

  await page.waitForSelector("html[data-kept=true]");
  await cutOff();
  await page.waitForSelector("#phone-offline");
  await page.click("[data-step=en_route]");
  await state(page, "en_route");
  await page.click("[data-step=on_scene]");
  await state(page, "on_scene");
  await page.fill("#phone-feedback", "已清理，当事人已教育");
  await page.click("[data-step=done]");
  await state(page, "done");
  await page.waitForSelector("#outbox[data-waiting='3']");
  // The browser threw the page away and opens it again.
  await page.reload();
  await page.waitForSelector("#outbox[data-waiting='3']");
  await state(page, "done");
  await page.waitForSelector("#phone-offline");
  await says(page, "#my-case h2", /无照流动摊贩/);
  assert.deepEqual(await faults(page), []);
  await shot(page, "phone-zh-dead-zone");
  const told = await waiting(page, squad);
  assert.equal((await ask(`/assignments/${assignment}`)).status, "assigned", "nobody heard it yet");

  // The first answer is lost on its way: what is sent again counts once.
  await page.route(
    `**/assignments/${assignment}/steps`,
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await comeBack();
  await page.waitForSelector("#no-case");
  await page.waitForSelector("#outbox", { state: "detached" });
  assert.deepEqual(await waiting(page, squad), []);
  const kept = await ask(`/assignments/${assignment}`);
  const times = [kept.departed_at, kept.arrived_at, kept.ended_at];
  assert.deepEqual(
    times.map((at) => Date.parse(at)),
    told.map(({ at }) => Date.parse(at)),
  );
  assert.deepEqual([kept.status, kept.reason], ["done", "已清理，当事人已教育"]);
  const { incident: after } = await ask(`/incidents/${incident}/history`);
  assert.equal(Date.parse(after.milestones.arrived_at), Date.parse(told[1].at));
  forgive("net::ERR", page);
  await own.close();
});

test("what was done before it was cancelled is kept, what came after is refused, and the squad is told why", async (t) => {
  const { squad, assignment } = await sent(t);
  const { own, openPhone, cutOff, comeBack } = await phone(t, { colorScheme: "dark" });
  const page = await openPhone(`phone&squad=${squad}&lang=en`);
  await state(page, "assigned");
  assert.deepEqual(await faults(page), []);
  await shot(page, "phone-en-assigned");
  await cutOff();
  await page.click("[data-step=en_route]");
  await page.waitForSelector("#outbox[data-waiting='1']");
  const cancelled = { id: crypto.randomUUID(), to: "cancelled", reason: "a nearer one is free" };
  await send("POST", `/assignments/${assignment}/steps`, cancelled);
  await page.click("[data-step=on_scene]");
  await page.waitForSelector("#outbox[data-waiting='2']");
  await comeBack();
  await page.waitForSelector("[data-refused]");
  await says(page, "[data-refused]", /not taken.*does not follow cancelled/);
  await page.waitForSelector("#no-case");
  const { status, departed_at, arrived_at } = await ask(`/assignments/${assignment}`);
  assert.deepEqual([status, Boolean(departed_at), arrived_at], ["cancelled", true, null]);
  assert.deepEqual(await faults(page), []);
  await shot(page, "phone-en-refused");
  await page.click("[data-refused] button");
  await page.waitForSelector("[data-refused]", { state: "detached" });
  forgive("net::ERR", page);
  forgive("422", page);
  await own.close();
});

test("a squad declines with a reason, says that it is busy, and is found by its choice", async (t) => {
  const { squad, assignment } = await sent(t);
  const { own, openPhone, cutOff, comeBack } = await phone(t);
  const page = await openPhone("phone&lang=en");
  await page.selectOption("#phone-squad", squad);
  await page.click("#phone-choose");
  await state(page, "assigned");
  await page.click("[data-key=decline]");
  await page.click("[data-step=declined]");
  assert.equal(await page.textContent(".phone .error"), "Say why.");
  await page.fill("#phone-reason", "flat tyre");
  await page.click("[data-step=declined]");
  await page.waitForSelector("#no-case");
  const { status, reason } = await ask(`/assignments/${assignment}`);
  assert.deepEqual([status, reason], ["declined", "flat tyre"]);
  t.after(() => send("PATCH", `/squads/${squad}`, { status: "available" }));
  await page.waitForSelector("[data-status=available][aria-pressed=true]");
  // Of several changes in a dead zone the last one counts.
  await cutOff();
  await page.click("[data-status=busy]");
  await page.click("[data-status=out_of_service]");
  await page.waitForSelector("[data-status=out_of_service][aria-pressed=true]");
  await page.waitForSelector("#outbox[data-waiting='1']");
  await comeBack();
  await page.waitForSelector("#outbox", { state: "detached" });
  assert.equal((await ask(`/squads/${squad}`)).status, "out_of_service");
  await page.click("[data-status=available]");
  await page.waitForSelector("[data-status=available][aria-pressed=true]");
  await page.waitForSelector("#outbox", { state: "detached" });
  assert.deepEqual(await faults(page), []);
  forgive("net::ERR", page);
  await own.close();
});

test("positions are sent as the device moves, kept in a dead zone, and need HTTPS", async (t) => {
  const { squad } = await sent(t);
  const { waits_at } = await ask(`/squads/${squad}`);
  const start = { longitude: waits_at.lng, latitude: waits_at.lat, accuracy: 9 };
  const located = { permissions: ["geolocation"], geolocation: start };
  const { own, openPhone, cutOff, comeBack } = await phone(t, located);
  const page = await openPhone(`phone&squad=${squad}&lang=en`);
  await page.check("#share-position");
  const reached = async (at) => {
    for (;;) {
      const { position } = await ask(`/squads/${squad}`);
      if (position && Math.abs(position.lat - at.lat) < 1e-6) return position;
      await page.waitForTimeout(150);
    }
  };
  await reached(waits_at);
  await cutOff();
  const step = 0.0005;
  for (let n = 1; n <= 3; n++) {
    await own.setGeolocation({ ...start, latitude: waits_at.lat + n * step });
    await page.waitForFunction(
      ([id, many]) =>
        JSON.parse(localStorage.getItem(`xunge.phone.outbox.${id}`)).fixes.length >= many,
      [squad, n],
    );
  }
  await comeBack();
  await reached({ lng: waits_at.lng, lat: waits_at.lat + 3 * step });
  await page.waitForFunction(
    (id) => JSON.parse(localStorage.getItem(`xunge.phone.outbox.${id}`)).fixes.length === 0,
    squad,
  );
  // Back to where it waits: other tests ask who comes first, and a position is forgotten in minutes.
  await own.setGeolocation(start);
  await reached(waits_at);
  await page.uncheck("#share-position");
  forgive("net::ERR", page);
  await own.close();

  const plain = await newContext(PHONE);
  await plain.addInitScript(() =>
    Object.defineProperty(window, "isSecureContext", { get: () => false }),
  );
  const http = await open(`phone&squad=${squad}&lang=zh`, plain);
  await says(http, "#needs-https", /HTTPS/);
  assert.equal(await http.locator("#share-position").count(), 0);
  await plain.close();
});
