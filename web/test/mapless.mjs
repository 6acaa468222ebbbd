/** A device without WebGL: the page says so, and everything but the map works. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ask,
  DOUGLAS,
  faults,
  lookFor,
  NARROW,
  newContext,
  open,
  says,
  send,
  shot,
  WIDE,
  withoutWebGL,
} from "./kit.mjs";

async function reported(t) {
  const id = crypto.randomUUID();
  await send("POST", "/incidents", { id, ...DOUGLAS, matter: "CG-001", description: "goods" });
  t.after(() =>
    send("POST", `/incidents/${id}/actions`, {
      id: crypto.randomUUID(),
      act: { to: "void" },
      reason: "test",
    }),
  );
  return id;
}

test("without WebGL tables, finder, queue and cards work, in both languages", async (t) => {
  for (const [lang, viewport] of [
    ["en", WIDE],
    ["zh", NARROW],
  ]) {
    const own = await newContext({ viewport });
    await withoutWebGL(own);
    const page = await open(`lang=${lang}`, own);
    await page.waitForSelector(".map .warning");
    await says(page, ".map .warning", /WebGL/);
    assert.ok(await page.isHidden(".legend"), "nothing is drawn that it could explain");
    // Figures and their table.
    await page.waitForFunction(() =>
      /%/.test(document.querySelector("#covered-share")?.textContent ?? ""),
    );
    assert.deepEqual(await faults(page), []);
    await shot(page, `mapless-${lang}`);
    if (viewport === NARROW) {
      await own.close();
      continue;
    }
    // A case comes in and is opened from the queue.
    await page.waitForSelector(".live[data-state=open]");
    const id = await reported(t);
    await page.click("[data-side=cases]");
    await page.click(`[data-key="case-${id}"]`);
    await page.waitForSelector("#case");
    await page.waitForFunction((text) => location.hash.includes(text), `case=${id}`);
    assert.ok(!page.url().includes("map="), "there is no view to keep");
    await page.waitForSelector("#who-comes .response");
    // The finder opens a place, with who is there first.
    await lookFor(page, "north quay");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#who-is-here");
    const { township } = await ask(`/locate?lng=${DOUGLAS.lng}&lat=${DOUGLAS.lat}`);
    await page.waitForFunction(
      (name) => document.querySelector("#who-is-here")?.textContent.includes(name),
      township.name,
    );
    // The studio keeps its table.
    await page.click("[data-side=studio]");
    await page.waitForSelector("#studio-plan option:nth-child(2)", { state: "attached" });
    await page.selectOption("#studio-plan", { index: 1 });
    await page.waitForSelector(".zones [data-zone]");
    await shot(page, "mapless-en-studio");
    await own.close();
  }
});
