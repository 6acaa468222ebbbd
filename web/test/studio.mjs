/**
 * The planner's studio: a draft is branched, drawn on, undone by keys; figures follow the stroke; two planners see
 * each other and both wishes where they clash; a plan goes into force.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  ask,
  clickMap,
  context,
  DOUGLAS,
  faults,
  forgive,
  idle,
  moveTo,
  NARROW,
  NOON,
  newContext,
  open,
  SERVICE,
  send,
  shot,
  waitAddress,
  waitDrawn,
} from "./kit.mjs";

const VIEW = `map=12.5/${DOUGLAS.lat}/${DOUGLAS.lng}&lang=en`;
const LAYER = "enforcement";

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
  await page.selectOption("#studio-layer", LAYER);
}

/** The plan that came with the county. */
async function firstPlan() {
  const { plans } = await ask("/plans");
  return plans.find(({ state }) => state === "frozen");
}

/** A draft of it, made by another client. */
async function draft(name) {
  const id = crypto.randomUUID();
  const { id: plan } = await firstPlan();
  await send("POST", "/plans", { id, name, from: { plan } });
  return id;
}

const zonesOf = async (plan) => (await ask(`/plans/${plan}/judgement?layer=${LAYER}`)).zones;

async function edit(plan, ...commands) {
  const { revision: on_revision } = await ask(`/plans/${plan}`);
  await send("POST", `/plans/${plan}/edits`, { id: crypto.randomUUID(), on_revision, commands });
}

/** The zone in force around the middle of the view, and another one. */
async function zoneHere() {
  const { zones } = await ask(`/locate?lng=${DOUGLAS.lng}&lat=${DOUGLAS.lat}`);
  const here = zones.find(({ layer }) => layer === LAYER).zone;
  return { here, other: here === "E01" ? "E02" : "E01" };
}

/** Where the middle of the view is on the screen. */
const middle = (page) =>
  page.evaluate(
    ([lng, lat]) => {
      const { x, y } = window.xungeMap.project([lng, lat]);
      const box = window.xungeMap.getCanvas().getBoundingClientRect();
      return { x: x + box.x, y: y + box.y };
    },
    [DOUGLAS.lng, DOUGLAS.lat],
  );

/** A drag through these steps from the middle of the view. */
async function drag(page, ...steps) {
  const from = await middle(page);
  await page.mouse.move(from.x + steps[0][0], from.y + steps[0][1]);
  await page.mouse.down();
  for (const [dx, dy] of steps.slice(1))
    await page.mouse.move(from.x + dx, from.y + dy, { steps: 3 });
}

async function bare(page) {
  for (const name of ["Incidents", "Squads", "Coverage"]) {
    await page.uncheck(`.layers label:has-text('${name}') input`);
  }
  await idle(page);
}

test("a planner branches a draft, paints, undoes by keys; another planner sees it", async (t) => {
  const first = await firstPlan();
  const page = await open(VIEW);
  await page.waitForSelector(".live[data-state=open]");
  await studio(page, first.id);
  assert.ok(await page.isHidden("#studio-tools"), "what is frozen is not edited");
  await page.fill("#studio-name", "Next year");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#studio-tools:not([hidden])");
  const plan = await page.inputValue("#studio-plan");
  assert.notEqual(plan, first.id);
  await page.selectOption("#studio-layer", LAYER);
  await revision(page, 0);

  const other = await open(VIEW, await newContext());
  await other.waitForSelector(".live[data-state=open]");
  await studio(other, plan);
  await revision(other, 0);

  const { here, other: grows } = await zoneHere();
  const [before, theirs] = [await atoms(page, grows), await atoms(page, here)];
  await page.click(`[data-key=zone-${grows}]`);
  await page.click("#studio-brush");
  await bare(page);
  await drag(page, [0, 0], [40, 10], [80, 20]);
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
  const judged = await zonesOf(plan);
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
  await other.click("#studio-brush");
  await other.focus("#studio-here");
  await other.keyboard.press("Enter");
  await revision(other, 4);
  await other.context().close();

  const took = await page.evaluate(() =>
    performance.getEntriesByName("stroke to figures").map(({ duration }) => Math.round(duration)),
  );
  assert.equal(took.length, 3, "stroke, undo and redo are measured");
  t.diagnostic(`stroke to figures: ${took.join(", ")} ms`);

  // What is in force is drawn again once the studio is left.
  await page.click("[data-side=coverage]");
  await page.waitForSelector("#coverage-panel");
  await page.close();
});

test("lasso, eraser and fill draw on the chosen zone; what is locked is passed over", async () => {
  const plan = await draft("Lasso");
  const { here, other } = await zoneHere();
  const page = await open(VIEW);
  await studio(page, plan);
  await revision(page, 0);
  await bare(page);
  await page.click(`[data-key=zone-${other}]`);
  const before = await atoms(page, other);
  await page.click("#studio-lasso");
  await drag(page, [-90, -60], [90, -60], [90, 60], [-90, 60]);
  await shot(page, "wide-en-lasso");
  await page.mouse.up();
  await revision(page, 1);
  const lassoed = await atoms(page, other);
  assert.ok(lassoed > before, `${lassoed} atoms, ${before} before`);

  await page.click("#studio-erase");
  await drag(page, [-60, 0], [60, 0]);
  await page.mouse.up();
  await revision(page, 2);
  const erased = await atoms(page, other);
  assert.ok(erased < lassoed, `${erased} atoms, ${lassoed} before`);
  const nobodys = Number(await page.textContent("[data-figure=unassigned]"));
  assert.equal(nobodys, lassoed - erased, "what is erased is nobody's");

  await page.click("#studio-fill");
  await page.selectOption("#studio-fills", "township");
  const { township } = await ask(`/locate?lng=${DOUGLAS.lng}&lat=${DOUGLAS.lat}`);
  await drag(page, [0, 0]);
  await page.mouse.up();
  await revision(page, 3);
  assert.equal(await page.locator("[data-figure=unassigned]").count(), 0, "filled");
  const { zones } = await ask(`/plans/${plan}/layers/${LAYER}`);
  const filled = zones.find(({ code }) => code === other).atoms;
  const inTownship = filled.filter((atom) => atom.startsWith(township.code.slice(0, 9)));
  assert.ok(inTownship.length > 0, "the whole township");

  // A locked zone keeps its atoms, and the stroke says so.
  const free = (await zonesOf(plan)).find(
    ({ zone, atoms: n }) => n > 20 && ![here, other].includes(zone),
  );
  await page.click(`[data-key=zone-${other}]`);
  await page.click("#studio-lock");
  await revision(page, 4);
  await page.waitForSelector(`[data-zone="${other}"] [data-locked]`);
  await page.click(`[data-key=zone-${free.zone}]`);
  await page.click("#studio-brush");
  await page.$eval("#studio-radius", (slider) => {
    slider.value = slider.max;
    slider.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await page.click("#studio-here");
  await revision(page, 5);
  await page.waitForSelector("#studio-told:has-text('passed over')");
  assert.equal(await atoms(page, other), filled.length);
  await page.close();
});

test("a zone is split by a line, and merged again", async () => {
  const plan = await draft("Split");
  const { here } = await zoneHere();
  const page = await open(VIEW);
  await studio(page, plan);
  await revision(page, 0);
  await bare(page);
  const before = await zonesOf(plan);
  await page.click(`[data-key=zone-${here}]`);
  const whole = await atoms(page, here);
  await page.click("#studio-split");
  await page.fill("#studio-new-name", "Harbour");
  await drag(page, [0, -330], [0, 330]);
  await page.mouse.up();
  await revision(page, 1);
  const made = (await zonesOf(plan)).find(({ name }) => name === "Harbour");
  assert.ok(!before.some(({ zone }) => zone === made.zone), "a new code");
  assert.equal((await atoms(page, here)) + made.atoms, whole);
  await waitDrawn(page, "zone-fills", (all) => all.some((one) => one.zone === made.zone), "it");
  await idle(page);
  await shot(page, "wide-en-split");

  await page.click(`[data-key=zone-${made.zone}]`);
  await page.selectOption("#studio-into", here);
  await page.click("#studio-merge");
  await revision(page, 2);
  assert.equal(await atoms(page, here), whole);
  assert.equal(await page.locator(`[data-zone="${made.zone}"]`).count(), 0);
  await page.close();
});

test("a zone is given a squad, whose post is dragged and moved by keys; figures follow", async () => {
  const plan = await draft("Posts");
  const { here, other } = await zoneHere();
  const of = async (zone) =>
    (await ask(`/plans/${plan}/layers/${LAYER}`)).zones.find(({ code }) => code === zone);
  const page = await open(VIEW);
  await studio(page, plan);
  await revision(page, 0);
  await bare(page);
  await page.click(`[data-key=zone-${here}]`);
  await page.click("#studio-squads summary");
  await page.waitForSelector(".post-marker");
  const squad = (await of(here)).squads[0].id;
  assert.equal(await page.locator(".post-marker").count(), (await of(here)).squads.length);
  const box = await page.locator(".post-marker").first().boundingBox();
  await page.mouse.move(box.x + 10, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + 60, box.y - 30, { steps: 4 });
  await page.mouse.up();
  await revision(page, 1);
  const moved = (await of(here)).squads.filter(({ post }) => post);
  assert.equal(moved.length, 1, "one post is another");
  await page.waitForSelector(`[data-squad="${moved[0].id}"] .badge`);
  await shot(page, "wide-en-posts");
  assert.deepEqual(await faults(page), []);
  await page.click(`[data-key="own ${moved[0].id}"]`);
  await revision(page, 2);
  await page.focus(`[data-key="post ${squad}"]`);
  await page.keyboard.press("Enter");
  await revision(page, 3);
  const { lng, lat } = (await of(here)).squads.find(({ id }) => id === squad).post;
  assert.ok(Math.abs(lng - DOUGLAS.lng) < 0.01 && Math.abs(lat - DOUGLAS.lat) < 0.01);

  await page.click(`[data-key=zone-${other}]`);
  await page.waitForFunction((zone) => {
    const name = document.querySelector("#studio-chosen h3")?.textContent;
    return name?.startsWith(zone);
  }, other);
  await page.selectOption("#studio-give", squad);
  await page.click("#studio-give-go");
  await revision(page, 4);
  assert.ok((await of(other)).squads.some(({ id }) => id === squad));
  await page.fill("#studio-zone-name", "North");
  await page.fill("#studio-zone-name-zh", "北片");
  await page.click("#studio-rename button");
  await revision(page, 5);
  const { name, name_zh } = await of(other);
  assert.deepEqual([name, name_zh], ["North", "北片"]);
  await page.close();
});

test("zones are sorted and exported, bars point at them, breaks are shown and mended", async () => {
  const plan = await draft("Breaks");
  const { here, other } = await zoneHere();
  const { zones } = await ask(`/plans/${plan}/layers/${LAYER}`);
  const of = (code) => zones.find((one) => one.code === code).atoms;
  // An island of another zone in the middle of the one here.
  await edit(plan, {
    do: "paint",
    layer: LAYER,
    zone: other,
    brush: { circle: { centre: DOUGLAS, radius_m: 400 } },
  });
  const page = await open(VIEW.replace("lang=en", "lang=zh"));
  await studio(page, plan);
  await page.waitForSelector(".zones[data-revision='1']");
  await page.waitForSelector("#studio-warnings");
  const key = `[data-warning^="broken"]:has-text("${other}")`;
  await page.waitForSelector(key);
  const camera = () => page.evaluate(() => JSON.stringify(window.xungeMap.getCenter()));
  const was = await camera();
  await page.click(`${key} button >> nth=0`);
  await page.waitForFunction((old) => JSON.stringify(window.xungeMap.getCenter()) !== old, was);
  await waitDrawn(page, "marked", (all) => all.length > 0, "where it is");
  await idle(page);
  await shot(page, "wide-zh-break");
  assert.deepEqual(await faults(page), []);
  await page.click(`${key} button >> nth=1`);
  await page.waitForFunction(
    (selector) => !document.querySelector(selector),
    `[data-warning^="broken ${of(here)[0]}"]`,
  );
  await page.waitForFunction(() => document.querySelector(".zones").dataset.revision === "2");

  const order = () => page.$$eval(".zones tbody tr", (rows) => rows.map((row) => row.dataset.zone));
  await page.click("[data-key=sort-work]");
  const judged = await zonesOf(plan);
  const most = judged.toSorted((a, b) => b.workload.total_h - a.workload.total_h)[0].zone;
  await page.waitForFunction(
    (zone) => document.querySelector(".zones tbody tr").dataset.zone === zone,
    most,
  );
  assert.equal(await page.getAttribute("th:has([data-key=sort-work])", "aria-sort"), "descending");
  assert.equal((await order()).length, judged.length);
  const saved = page.waitForEvent("download");
  await page.click("#studio-save");
  const table = await readFile(await (await saved).path(), "utf8");
  const lines = table.trim().split("\r\n");
  assert.equal(lines.length, judged.length + 1);
  assert.ok(lines[1].startsWith(`${most},`), "in the order that is shown");

  await page.click(`[data-key=bar-${most}]`);
  await waitDrawn(page, "chosen-zone", (all) => all.some((one) => one.zone === most), "it");
  await page.close();
});

test("where two planners clash, both wishes are shown; a stroke without an answer is kept", async () => {
  const plan = await draft("Clash");
  const { here, other } = await zoneHere();
  const own = await newContext();
  const page = await open(VIEW, own);
  await page.waitForSelector(".live[data-state=open]");
  await studio(page, plan);
  await revision(page, 0);
  await bare(page);
  const third = (await zonesOf(plan)).find(({ zone }) => ![here, other].includes(zone)).zone;
  await page.click(`[data-key=zone-${other}]`);
  await page.click("#studio-brush");
  // The stroke is on its way while another planner paints the same.
  const once = { times: 1 };
  await page.route(
    "**/edits",
    async (route) => {
      await edit(plan, {
        do: "paint",
        layer: LAYER,
        zone: third,
        brush: { circle: { centre: DOUGLAS, radius_m: 500 } },
      });
      await route.continue();
    },
    once,
  );
  await drag(page, [0, 0], [20, 0]);
  await page.mouse.up();
  await page.waitForSelector("#studio-conflict");
  const told = await page.textContent("#studio-conflict");
  assert.ok(told.includes(third) && told.includes(other), told);
  await revision(page, 1);
  await shot(page, "wide-en-clash");
  assert.deepEqual(await faults(page), []);
  const before = await atoms(page, other);
  await page.click("#studio-insist");
  await revision(page, 2);
  assert.ok((await atoms(page, other)) > before, "made on what the other planner left");
  forgive("409", page);

  // It never arrives: it waits, and is sent again by itself.
  await page.route("**/edits", (route) => route.abort(), once);
  await page.click("#studio-erase");
  await drag(page, [0, 0], [10, 0]);
  await page.mouse.up();
  await page.waitForSelector("#studio-waiting");
  await shot(page, "wide-en-waiting");
  assert.deepEqual(await faults(page), []);
  await revision(page, 3);
  await page.waitForSelector("#studio-waiting", { state: "detached" });

  // The service takes it, and its answer is lost: it counts once.
  await page.route(
    "**/edits",
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    once,
  );
  await page.click("#studio-brush");
  await page.click("#studio-here");
  await revision(page, 4);
  await page.waitForSelector("#studio-waiting", { state: "detached" });
  assert.equal((await ask(`/plans/${plan}`)).revision, 4, "once");
  forgive("ERR_FAILED", page);

  // The network goes in the middle of a stroke: it waits, and may be dropped.
  await drag(page, [0, 0]);
  await own.setOffline(true);
  await page.mouse.move(900, 500, { steps: 3 });
  await page.mouse.up();
  await page.waitForSelector("#studio-waiting");
  await page.click("#studio-again");
  await page.click("#studio-drop");
  await page.waitForSelector("#studio-waiting", { state: "detached" });
  await own.setOffline(false);
  await page.keyboard.press("Control+z");
  await revision(page, 5);
  forgive("ERR_INTERNET_DISCONNECTED", page);
  await own.close();
});

test("a plan is laid beside what is in force, reviewed, frozen and put in force", async () => {
  const plan = await draft("Review");
  const { here, other } = await zoneHere();
  await edit(plan, {
    do: "paint",
    layer: LAYER,
    zone: other,
    brush: { circle: { centre: DOUGLAS, radius_m: 900 } },
  });
  const page = await open(VIEW);
  await studio(page, plan);
  await revision(page, 1);
  await bare(page);
  await page.selectOption("#studio-beside", "force");
  await page.waitForSelector("#studio-changes");
  const compared = await ask(`/plans/${plan}/comparison?layer=${LAYER}`);
  const gained = compared.zones.find(({ zone }) => zone === other).atoms_gained;
  assert.equal(
    Number(await page.textContent(`[data-changed="${other}"] td`)),
    gained,
    "as the service says",
  );
  assert.equal(await page.locator(`[data-changed="${here}"]`).count(), 1);
  await waitDrawn(page, "moved-atoms", (all) => all.some(({ to }) => to.includes(other)), "moved");
  await idle(page);
  await shot(page, "wide-en-compare");
  assert.deepEqual(await faults(page), []);
  await page.click("[data-key=before-true]");
  await page.waitForSelector("[data-key=before-true][aria-pressed=true]");
  await idle(page);
  // Two maps, which look at the same place: of either the other follows.
  await page.click("#studio-linked");
  await page.waitForFunction(
    () =>
      window.xungeBeside?.loaded() &&
      window.xungeBeside.queryRenderedFeatures({ layers: ["zone-fills"] }).length > 0,
  );
  const centres = () =>
    page.evaluate(() =>
      [window.xungeMap, window.xungeBeside].map((map) => {
        const { lng, lat } = map.getCenter();
        return [lng.toFixed(5), lat.toFixed(5), map.getZoom().toFixed(2)].join();
      }),
    );
  await page.evaluate(() => void window.xungeMap.jumpTo({ center: [-4.5, 54.17], zoom: 12 }));
  assert.equal(...(await centres()));
  await page.evaluate(() => void window.xungeBeside.jumpTo({ center: [-4.48, 54.15], zoom: 12.5 }));
  assert.equal(...(await centres()));
  assert.match((await centres())[0], /^-4\.48/);
  await page.waitForTimeout(1500);
  await shot(page, "wide-en-linked");
  assert.deepEqual(await faults(page), []);
  await page.click("#studio-linked");
  await page.waitForSelector("#map-beside", { state: "detached" });
  const report = await page.getAttribute("#studio-report", "href");
  const answer = await page.request.get(new URL(report, SERVICE).href);
  assert.match(await answer.text(), /<html/);

  // Without a reason nothing is sent.
  await page.click("#studio-state [data-to=in_review]");
  await page.waitForSelector("#studio-reason[aria-invalid=true]");
  await page.fill("#studio-reason", "for the meeting in March");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#studio-state [data-to=frozen]");
  assert.ok(await page.isHidden("#studio-tools"), "nothing is edited in review");
  await page.fill("#studio-reason", "agreed");
  await page.click("#studio-state [data-to=frozen]");
  await page.waitForSelector("#studio-force");
  await page.click("#studio-past summary");
  await page.waitForSelector("#studio-deeds");
  const deeds = await page.textContent("#studio-deeds");
  for (const said of ["for the meeting in March", "agreed", `painted ${other}`])
    assert.ok(deeds.includes(said), deeds);
  // In winter, when the island keeps Greenwich time; each run on a day of its own.
  const day = String(1 + Math.floor(Math.random() * 28)).padStart(2, "0");
  const from = `${2060 + Math.floor(Math.random() * 40)}-01-${day}T00:00`;
  await page.fill("#studio-from", from);
  const why = `the yearly cut ${plan}`;
  await page.fill("#studio-force-reason", why);
  await page.click("#studio-force button");
  await page.waitForSelector(`#studio-force-list li:has-text("${why}")`);
  const { entries } = await ask("/zones/in-force");
  assert.ok(entries.some((one) => one.plan === plan && one.from === `${from}:00Z`));
  await shot(page, "wide-en-in-force");
  assert.deepEqual(await faults(page), []);
  await page.close();
});

test("the studio on a narrow screen, in Chinese", async () => {
  const plan = await draft("窄屏");
  const { here } = await zoneHere();
  const own = await newContext({ viewport: NARROW });
  const page = await open(`map=12.5/${DOUGLAS.lat}/${DOUGLAS.lng}&lang=zh`, own);
  await page.click("[data-tab=studio]");
  await page.waitForSelector(`#studio-plan option[value="${plan}"]`, { state: "attached" });
  await page.selectOption("#studio-plan", plan);
  await page.selectOption("#studio-layer", LAYER);
  await page.click(`[data-key=zone-${here}]`);
  await page.click("#studio-brush");
  await page.selectOption("#studio-beside", "force");
  await page.waitForSelector("#studio-comparison");
  for (const folded of ["#whatif", "#studio-squads", "#studio-past"])
    await page.click(`${folded} summary`);
  await page.waitForSelector("#studio-deeds, #studio-past .hint");
  const wide = await page.$eval("#studio-panel", (panel) => panel.scrollWidth - panel.clientWidth);
  assert.ok(wide <= 0, `${wide} px are beside the screen`);
  // Every word is Chinese but for names and codes of the county.
  const english = await page.$$eval(
    "#studio-panel button, #studio-panel label, #studio-panel h3",
    (all) =>
      all.map((one) => one.textContent.trim()).filter((text) => /^[A-Za-z ]{4,}$/.test(text)),
  );
  assert.deepEqual(english, []);
  assert.deepEqual(await faults(page), []);
  await shot(page, "narrow-zh-studio");
  await own.close();
});

test("who may not plan reads, and is offered nothing", async () => {
  const plan = await draft("Read only");
  const own = await newContext();
  await own.route("**/api/v1/session", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ json: { ...(await answer.json()), rights: ["read"] } });
  });
  const page = await open(VIEW, own);
  await studio(page, plan);
  assert.ok(await page.isHidden("#studio-tools"));
  for (const offered of ["#studio-branch", "#studio-state", "#studio-chosen", "#studio-force"])
    assert.equal(await page.locator(offered).count(), 0, offered);
  await page.click("[data-key=sort-atoms]");
  await own.close();
});

test("what if: a squad moved, a shift, a closed road, candidates for a post; as the service reckons", async () => {
  const reckon = async (path, data) => {
    const answer = await context.request.post(`${SERVICE}/api/v1/coverage/${path}`, {
      data: { ...data, minutes: 15, at: `${NOON}:00Z` },
      headers: { origin: SERVICE },
    });
    assert.ok(answer.ok(), await answer.text());
    return answer.json();
  };
  const page = await open(`${VIEW}&m=15&t=${NOON}`);
  await page.click("[data-side=studio]");
  await page.click("#whatif summary");
  await page.selectOption("#whatif-squad", "andreas");
  // By keyboard: to the middle of the map.
  await page.click("[data-key=pick-move]");
  await page.focus("[data-key=whatif-here]");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#whatif-answer");
  const shown = async () => {
    const figure = (id) => page.textContent(`#whatif-answer [data-figure=${id}]`);
    return [await figure("before"), await figure("after")];
  };
  const expected = async (patches) => {
    const { before, after } = await reckon("what-if", { patches });
    return [before, after].map(({ shares }) => {
      const { share } = shares.accessible.area_m2;
      return `${Math.min(99.9, Math.round(share * 1000) / 10).toFixed(1)}%`;
    });
  };
  const centre = await page.evaluate(() => {
    const { lng, lat } = window.xungeMap.getCenter();
    return { lng: Number(lng.toFixed(7)), lat: Number(lat.toFixed(7)) };
  });
  const moved = { op: "move_squad", id: "andreas", post: centre };
  assert.deepEqual(await shown(), await expected([moved]));
  await page.fill("#whatif-from", "20:00");
  await page.fill("#whatif-to", "22:00");
  await page.click("#whatif-shift button");
  await page.waitForFunction(() => document.querySelectorAll("#whatif-patches li").length === 2);
  await page.click("[data-key=unpatch-0]");
  const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const off = {
    op: "reshift_squad",
    id: "andreas",
    shifts: [{ days, from: "20:00", to: "22:00" }],
  };
  const wanted = await expected([off]);
  await page.waitForFunction(
    (text) => document.querySelector("#whatif-answer [data-figure=after]")?.textContent === text,
    wanted[1],
  );
  await page.click("[data-key=pick-close]");
  await clickMap(page, DOUGLAS);
  await page.waitForFunction(() => document.querySelectorAll("#whatif-patches li").length === 2);
  assert.equal(await page.locator("#place-panel[data-empty]").count(), 1, "nothing is selected");

  await page.click("[data-key=pick-candidate]");
  await clickMap(page, DOUGLAS);
  await clickMap(page, { lng: DOUGLAS.lng - 0.02, lat: DOUGLAS.lat + 0.01 });
  await page.waitForFunction(
    () => document.querySelectorAll("#whatif-ranked tbody tr").length === 2,
  );
  await waitDrawn(page, "candidates", (all) => all.some(({ rank }) => rank === "1"), "ranks");
  await moveTo(page, { lng: -4.45, lat: 54.3 }, 9.5);
  await waitDrawn(page, "flipped-cells", (all) => all.length > 0, "cells");
  await shot(page, "wide-en-what-if");
  assert.deepEqual(await faults(page), []);
  await page.click("#whatif-clear");
  await page.waitForSelector("#whatif-answer", { state: "detached" });
  await page.close();
});

/** Fingers on a screen, as the browser hears of them. */
async function fingers(page) {
  const session = await page.context().newCDPSession(page);
  const at = ([x, y], id) => ({ x, y, id });
  return (type, ...places) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: places.map(at) });
}

test("a finger draws one stroke; two fingers zoom and draw nothing", async () => {
  const plan = await draft("Touch");
  const { other } = await zoneHere();
  const own = await newContext({ viewport: { width: 1200, height: 720 }, hasTouch: true });
  const page = await open(VIEW, own);
  await studio(page, plan);
  await revision(page, 0);
  await bare(page);
  await page.click(`[data-key=zone-${other}]`);
  await page.click("#studio-brush");
  const before = await atoms(page, other);
  const camera = () =>
    page.evaluate(() => [window.xungeMap.getCenter().lng, window.xungeMap.getZoom()]);
  const { x, y } = await middle(page);
  const touch = await fingers(page);

  const [lng, zoom] = await camera();
  await touch("touchStart", [x, y]);
  for (const step of [20, 40, 60, 80]) await touch("touchMove", [x + step, y + step / 4]);
  await shot(page, "wide-en-touch");
  await touch("touchEnd");
  await revision(page, 1);
  assert.ok((await atoms(page, other)) > before, "the finger drew");
  assert.deepEqual(await camera(), [lng, zoom], "the map stayed where it was");
  const drawn = await atoms(page, other);

  // The first finger alone would draw: the second one drops what it began.
  await touch("touchStart", [x - 40, y]);
  await touch("touchMove", [x - 50, y]);
  await touch("touchStart", [x - 50, y], [x + 50, y]);
  for (const step of [20, 50, 80, 110])
    await touch("touchMove", [x - 50 - step, y], [x + 50 + step, y]);
  await touch("touchEnd", [x - 160, y]);
  await touch("touchMove", [x - 170, y + 10]);
  await touch("touchEnd");
  await page.waitForFunction((from) => window.xungeMap.getZoom() > from + 0.3, zoom);
  await idle(page);
  const { revision: now } = await ask(`/plans/${plan}`);
  assert.equal(now, 1, "nothing was drawn");
  assert.equal(await atoms(page, other), drawn);

  // Once all are up a finger draws again, elsewhere.
  await touch("touchStart", [x - 40, y - 280]);
  await touch("touchMove", [x - 80, y - 280]);
  await touch("touchEnd");
  await revision(page, 2);
  await own.close();
});

test("a scenario is kept, opened by its link, renamed, put into a draft, undone and deleted", async () => {
  const plan = await draft("Scenario");
  const name = `North ${Date.now()}`;
  const judged = await ask(`/plans/${plan}/layers/${LAYER}`);
  const zone = judged.zones.find(({ squads }) => squads?.length > 0);
  assert.ok(zone, "a zone of the draft has a squad");
  const squad = zone.squads[0].id;
  const page = await open(`${VIEW}&m=15&t=${NOON}`);
  await studio(page, plan);
  await page.click("#whatif summary");
  await page.selectOption("#whatif-squad", squad);
  await page.click("[data-key=pick-move]");
  await page.click("[data-key=whatif-here]");
  await page.waitForSelector("#whatif-answer");
  await page.fill("#scenario-name", name);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#scenario-link");
  const id = await page.inputValue("#scenario");
  const kept = await ask(`/scenarios/${id}`);
  assert.deepEqual([kept.name, kept.plan, kept.question.minutes], [name, plan, 15]);
  assert.equal(kept.question.patches[0].id, squad);
  await waitAddress(page, new RegExp(`scenario=${id}`));
  await shot(page, "wide-en-scenario");
  assert.deepEqual(await faults(page), []);

  // Somebody else, by the link: the same question, for its minutes and its moment.
  const other = await open(`scenario=${id}&lang=zh`, await newContext());
  await other.waitForSelector("#whatif-answer");
  assert.equal(await other.inputValue("#scenario"), id);
  const figure = (one) => one.textContent("#whatif-answer [data-figure=after]");
  assert.equal(await figure(other), await figure(page));
  await other.locator("#scenarios").scrollIntoViewIfNeeded();
  await shot(other, "wide-zh-scenario");
  assert.deepEqual(await faults(other), []);

  await page.fill("#scenario-name", `${name} b`);
  await page.click("[data-key=scenario-keep]");
  await other.waitForFunction(
    (text) => document.querySelector("#scenario option:checked")?.textContent === text,
    `${name} b`,
  );
  await other.context().close();

  const { revision: at } = await ask(`/plans/${plan}`);
  await page.click("#scenario-apply");
  await revision(page, at + 1);
  const post = async () => {
    const { zones } = await ask(`/plans/${plan}/layers/${LAYER}`);
    return zones.find(({ code }) => code === zone.code).squads.find((one) => one.id === squad).post;
  };
  assert.deepEqual(await post(), kept.question.patches[0].post);
  await page.click("#studio-undo");
  await revision(page, at + 2);
  assert.deepEqual(await post(), zone.squads[0].post);

  await page.click("#scenario-delete");
  await page.waitForSelector("#scenario-link", { state: "detached" });
  const { scenarios } = await ask("/scenarios");
  assert.ok(!scenarios.some((one) => one.id === id));
  await page.close();
});
