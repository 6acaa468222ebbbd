/** The planner's studio: a draft is branched, painted on the map, undone by keys; two planners see each other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, DOUGLAS, faults, idle, newContext, open, shot, waitDrawn } from "./kit.mjs";

const VIEW = `map=12.5/${DOUGLAS.lat}/${DOUGLAS.lng}&lang=en`;

const atoms = (page, zone) =>
  page.textContent(`[data-zone="${zone}"] [data-figure=atoms]`).then(Number);

const revision = (page, n) =>
  page.waitForFunction(
    (wanted) =>
      document.querySelector("#studio-revision")?.textContent.endsWith(` ${wanted}`) &&
      document.querySelector("#studio-tools")?.getAttribute("aria-busy") === "false" &&
      document.querySelector(".zones")?.dataset.revision === String(wanted),
    n,
  );

async function studio(page, plan) {
  await page.click("[data-side=studio]");
  await page.waitForSelector(`#studio-plan option[value="${plan}"]`, { state: "attached" });
  await page.selectOption("#studio-plan", plan);
  await page.waitForSelector(".zones [data-zone]");
}

test("a planner branches a draft, paints, undoes by keys; another planner sees it", async () => {
  const { plans } = await ask("/plans");
  const first = plans.find(({ state }) => state === "frozen");
  const page = await open(VIEW);
  await page.waitForSelector(".live[data-state=open]");
  await studio(page, first.id);
  assert.equal(await page.locator("#studio-tools").count(), 0, "what is frozen is not edited");
  await page.fill("#studio-name", "Next year");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#studio-tools");
  const plan = await page.inputValue("#studio-plan");
  assert.notEqual(plan, first.id);
  await page.selectOption("#studio-layer", "enforcement");
  await revision(page, 0);

  const other = await open(VIEW, await newContext());
  await other.waitForSelector(".live[data-state=open]");
  await studio(other, plan);
  await other.selectOption("#studio-layer", "enforcement");
  await revision(other, 0);

  const { zones } = await ask(`/locate?lng=${DOUGLAS.lng}&lat=${DOUGLAS.lat}`);
  const here = zones.find(({ layer }) => layer === "enforcement").zone;
  const grows = here === "E01" ? "E02" : "E01";
  const [before, theirs] = [await atoms(page, grows), await atoms(page, here)];
  await page.click(`[data-key=zone-${grows}]`);
  await page.click("#studio-brush");
  for (const name of ["Incidents", "Squads", "Coverage"]) {
    await page.uncheck(`.layers label:has-text('${name}') input`);
  }
  await idle(page);
  const from = await page.evaluate(
    ([lng, lat]) => {
      const { x, y } = window.xungeMap.project([lng, lat]);
      const box = window.xungeMap.getCanvas().getBoundingClientRect();
      return { x: x + box.x, y: y + box.y };
    },
    [DOUGLAS.lng, DOUGLAS.lat],
  );
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 40, from.y + 10, { steps: 4 });
  await page.mouse.move(from.x + 80, from.y + 20, { steps: 4 });
  await shot(page, "wide-en-stroke");
  await page.mouse.up();
  await revision(page, 1);
  const after = await atoms(page, grows);
  assert.ok(after > before, `${after} atoms, ${before} before`);
  assert.ok((await atoms(page, here)) < theirs, "an exclusive layer has each atom once");
  assert.equal(
    await page.locator("#place-panel[data-empty]").count(),
    1,
    "painting selects nothing",
  );
  const { zones: judged } = await ask(`/plans/${plan}/judgement?layer=enforcement`);
  assert.equal(judged.find(({ zone }) => zone === grows).atoms, after);
  const drawn = (all) => all.some((one) => one.zone === grows);
  await waitDrawn(page, "zone-fills", drawn, "the painted zone");
  await idle(page);
  await shot(page, "wide-en-studio");
  assert.deepEqual(await faults(page), []);
  await revision(other, 1);
  assert.equal(await atoms(other, grows), after, "the other planner sees it");

  await page.focus("[data-side=studio]");
  await page.keyboard.press("Control+z");
  await revision(page, 2);
  assert.equal(await atoms(page, grows), before);
  await page.keyboard.press("Control+y");
  await revision(page, 3);
  assert.equal(await atoms(page, grows), after);

  // By keyboard alone: in the middle of the map.
  await other.click(`[data-key=zone-${here}]`);
  await revision(other, 3);
  await other.focus("#studio-here");
  await other.keyboard.press("Enter");
  await revision(other, 4);
  await other.context().close();

  // What is in force is drawn again once the studio is left.
  await page.click("[data-side=coverage]");
  await page.waitForSelector("#coverage-panel");
  await page.close();
});
