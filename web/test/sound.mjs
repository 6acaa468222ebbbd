/** The sound of a new urgent case: once each, never before the page was used, off where somebody wants silence. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DOUGLAS, newContext, open, send, shot, until } from "./kit.mjs";

/** Counts what sounds, where a machine has no speaker. */
const counted = () => {
  window.tones = 0;
  const node = () => ({
    frequency: {},
    gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} },
    connect: (next) => next,
    start: () => {
      window.tones += 1;
    },
    stop() {},
  });
  window.AudioContext = class {
    currentTime = 0;
    destination = {};
    createOscillator = node;
    createGain = node;
    resume = async () => {};
  };
};

async function reported(t, urgency) {
  const id = crypto.randomUUID();
  await send("POST", "/incidents", { id, ...DOUGLAS, matter: "CG-001", urgency });
  t.after(() => {
    const act = { to: "void" };
    return send("POST", `/incidents/${id}/actions`, { id: crypto.randomUUID(), act, reason: "t" });
  });
  return id;
}

/** Opened by somebody who has used the page, or has not: the driver's own words count as use. */
async function opened(own, hasBeenActive) {
  await own.addInitScript(counted);
  await own.addInitScript((value) => {
    Object.defineProperty(navigator, "userActivation", { value: { hasBeenActive: value } });
  }, hasBeenActive);
  const page = await open("lang=en", own);
  await page.waitForSelector(".live[data-state=open]");
  await page.click("[data-side=cases]");
  return page;
}

test("an urgent case rings once, when somebody wants it to", async (t) => {
  const own = await newContext();
  const page = await opened(own, true);
  const shown = (id) => page.waitForSelector(`[data-key="case-${id}"]`);
  const rings = () => page.evaluate(() => window.tones / 2);
  const ring = (n) => until(async () => (await rings()) === n || (await rings()), `${n} rings`);
  // Tests are silent unless they ask.
  assert.equal(await page.getAttribute("#sound", "aria-pressed"), "false");
  await shown(await reported(t, "urgent"));
  assert.equal(await rings(), 0);
  await page.click("#sound");
  assert.equal(await page.getAttribute("#sound", "aria-pressed"), "true");
  assert.equal(await rings(), 1, "who turns it on hears it");
  const urgent = await reported(t, "urgent");
  await ring(2);
  // What happens to it later, and what is not urgent, rings not again: the page hears all in order.
  const act = { raise: "supervised" };
  await send("POST", `/incidents/${urgent}/actions`, { id: crypto.randomUUID(), act, reason: "t" });
  await reported(t, "normal");
  await shown(await reported(t, "urgent"));
  await ring(3);
  await page.click("#sound");
  await shown(await reported(t, "urgent"));
  assert.equal(await rings(), 3);
  await page.click("#sound");
  assert.equal(await rings(), 4);
  await shot(page, "wide-en-sound");
  await page.close();

  // Opened again it is still on.
  const again = await open("lang=zh", own);
  await again.waitForSelector("#sound[aria-pressed=true]", { state: "attached" });
  await own.close();
});

test("nothing sounds before somebody used the page", async (t) => {
  const own = await newContext();
  await own.addInitScript(() => localStorage.setItem("xunge.sound", "on"));
  const page = await opened(own, false);
  const id = await reported(t, "urgent");
  await page.waitForSelector(`[data-key="case-${id}"]`);
  assert.equal(await page.evaluate(() => window.tones), 0);
  await own.close();
});
