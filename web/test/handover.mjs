/**
 * Cases in which nothing happens, and shift handovers: on a service of its own, whose limits are a minute, for nobody
 * else's alarms are to ring.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  context,
  DOUGLAS,
  faults,
  NARROW,
  newContext,
  open,
  origins,
  shot,
  until,
} from "./kit.mjs";

const BIN =
  process.env.XUNGE_BIN ?? fileURLToPath(new URL("../../target/debug/xunge", import.meta.url));
const SETTINGS =
  "[searches]\ntime_limit_s = 300\n[stuck]\nurgent_min = 1\n[handovers]\naccept_min = 1\n";
const VIEW = `map=13/${DOUGLAS.lat}/${DOUGLAS.lng}`;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

async function ownService(t) {
  const folder = await mkdtemp(join(tmpdir(), "xunge-handover."));
  const config = join(folder, "settings.toml");
  await writeFile(config, SETTINGS);
  const listen = `127.0.0.1:${await freePort()}`;
  const options = ["--keyless", "--config", config, "--data", join(folder, "data")];
  const service = spawn(BIN, ["serve", "--listen", listen, ...options], { stdio: "ignore" });
  t.after(async () => {
    if (service.kill()) await once(service, "exit");
    await rm(folder, { recursive: true, force: true });
  });
  const origin = `http://${listen}`;
  origins.add(origin);
  const ready = () =>
    fetch(`${origin}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
  await until(ready, "the service answers");
  const call = async (method, path, data) => {
    const url = `${origin}/api/v1${path}`;
    const answer = await context.request.fetch(url, { method, data, headers: { origin } });
    assert.ok(answer.ok(), `${method} ${path} answered ${answer.status()}: ${await answer.text()}`);
    return answer.json();
  };
  return { origin, call };
}

test("a stuck case says why and what to do, and a shift is handed over and taken over with remarks", async (t) => {
  const { origin, call } = await ownService(t);
  const [stuck, calm, late] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  await call("POST", "/handovers", { id: late, note: "早班" });
  // Without a matter no stage gives them time of its own.
  const report = (id, urgency) => call("POST", "/incidents", { id, ...DOUGLAS, urgency });
  await report(stuck, "urgent");
  // Nor has the unit that was asked time to answer.
  const answer = { id: crypto.randomUUID(), act: { own: "accept" } };
  await call("POST", `/incidents/${stuck}/actions`, answer);
  await report(calm, "normal");
  const page = await open(`${VIEW}&lang=en`, context, origin);
  const phone = await newContext({
    viewport: NARROW,
    hasTouch: true,
    isMobile: true,
    colorScheme: "dark",
  });
  const other = await open(`${VIEW}&lang=zh`, phone, origin);
  await page.click("[data-side=cases]");
  await other.click("[data-tab=cases]");
  for (const one of [page, other]) {
    await one.waitForSelector(`#cases-list [data-id="${stuck}"] .badge.stuck`);
    await one.waitForSelector("#alarm-stuck:not(:empty)");
    await one.waitForSelector("#alarm-handovers:not(:empty)");
  }
  // The county's own cases may be stuck by now as well.
  assert.match(await page.textContent("#alarm-stuck"), /^Cases in which nothing happens: [1-9]/);
  assert.equal(await other.textContent("#alarm-handovers"), "超时未接班：1");

  await page.focus("#cases-stuck");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#cases-stuck[aria-pressed=true]");
  await page.waitForSelector(`#cases-list [data-id="${calm}"]`, { state: "detached" });
  await page.focus(`[data-key="case-${stuck}"]`);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#case-stuck[data-reason=unaccepted]");
  assert.match(await page.textContent("#case-stuck"), /What to do: accept the report/);
  await shot(page, "wide-en-stuck");
  assert.deepEqual(await faults(page), []);
  await page.click('[data-act="to accepted"]');
  // Something happened: it isn't stuck any more, until it is for another reason.
  await page.waitForSelector("#case-stuck[data-reason=unaccepted]", { state: "detached" });
  for (const [one, reason] of [
    [page, "nobody has accepted it"],
    [other, "无人受理"],
  ]) {
    const mark = `#cases-list [data-id="${stuck}"] .badge.stuck:has-text('${reason}')`;
    await one.waitForSelector(mark, { state: "detached" });
  }
  await page.click("#cases-stuck[aria-pressed=true]");
  await page.waitForSelector(`#cases-list [data-id="${calm}"]`);

  // By keyboard: what is open, a note, and it is handed over.
  await page.focus("#open-handovers");
  await page.keyboard.press("Enter");
  for (const id of [stuck, calm]) await page.waitForSelector(`#handover-open [data-id="${id}"]`);
  await page.waitForSelector(`#handovers nav [data-id="${late}"][data-overdue]`);
  await page.focus("#handover-note");
  await page.keyboard.type("the market closes at eight");
  await shot(page, "wide-en-handover");
  assert.deepEqual(await faults(page), []);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#handover-print");
  const made = await page.getAttribute("#handovers nav [aria-current]", "data-key");
  const id = made.replace("handover-", "");
  assert.notEqual(id, late);
  await page.waitForSelector(`#handovers nav [data-id="${id}"]`);

  await other.waitForSelector("#open-handovers:has-text('交接班 · 2')");
  await other.click("#open-handovers");
  await other.click(`[data-key="handover-${id}"]`);
  await other.waitForSelector("#handover-accept");
  assert.match(await other.textContent(".handovers-main .facts"), /the market closes at eight/);
  await other.fill(`#handover-accept [data-incident="${stuck}"]`, "再去看看");
  await shot(other, "narrow-zh-dark-handover");
  assert.deepEqual(await faults(other), []);
  await other.click("#handover-accept button[type=submit]");
  await other.waitForSelector("#handover-accept", { state: "detached" });
  await other.waitForSelector(`.handovers-main [data-id="${stuck}"] q:has-text('再去看看')`);
  await shot(other, "narrow-zh-dark-handover-accepted");
  assert.deepEqual(await faults(other), []);
  // Who handed over sees that it was taken over, with the remark.
  await page.waitForSelector(`#handovers nav [data-id="${id}"][data-accepted]`);
  await page.waitForSelector(`.handovers-main [data-id="${stuck}"] q`);
  await shot(page, "wide-en-handover-accepted");
  assert.deepEqual(await faults(page), []);
  const { actions } = await call("GET", `/incidents/${stuck}/history`);
  assert.equal(actions.at(-1).reason, "再去看看");

  const printed = await context.newPage();
  await printed.goto(await page.getAttribute("#handover-print", "href"));
  assert.match(await printed.textContent("body"), /Taken over by/);
  await shot(printed, "wide-en-handover-printed");
  await printed.close();
  await page.keyboard.press("Escape");
  await page.waitForSelector("#handovers", { state: "hidden" });
  await page.waitForSelector("#open-handovers:focus");
  await page.waitForSelector(`#incident[data-id="${stuck}"]`);
  await call("POST", `/handovers/${late}/acceptance`, {});
  await page.waitForSelector("#alarm-handovers:empty", { state: "attached" });
  await page.waitForFunction(
    () => document.querySelector("#open-handovers").textContent === "Shift handover",
  );
  await phone.close();
  await page.close();
});
