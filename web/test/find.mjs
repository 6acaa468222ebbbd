/** Finding: a call about a place that somebody names, reported in four clicks; whatever is typed, however. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ask,
  DOUGLAS,
  faults,
  forgive,
  idle,
  lookFor,
  NARROW,
  newContext,
  open,
  SERVICE,
  says,
  send,
  shot,
  typeMatter,
  waitAddress,
} from "./kit.mjs";

const VIEW = `map=10/${DOUGLAS.lat}/${DOUGLAS.lng}`;

async function ended(id) {
  const act = { to: "void" };
  await send("POST", `/incidents/${id}/actions`, { id: crypto.randomUUID(), act, reason: "test" });
}

/** Two incidents at one spot of their own. */
async function twins(t) {
  const spot = { lng: -4.62 + Math.random() * 0.02, lat: 54.2 + Math.random() * 0.02 };
  const ids = [crypto.randomUUID(), crypto.randomUUID()];
  for (const id of ids) {
    await send("POST", "/incidents", { id, ...spot, matter: "CG-001", description: "find" });
    t.after(() => ended(id));
  }
  return { spot, ids };
}

const chosen = (page) => page.textContent(".place-head code");

test("a call near a known harbour is reported in four clicks", async (t) => {
  const page = await open(`${VIEW}&lang=en`);
  let clicks = 0;
  const click = async (selector) => {
    clicks += 1;
    await page.locator(selector).first().click();
  };
  await click("#find");
  await page.keyboard.type("port st mary");
  await page.waitForSelector("#find-list [role=option]");
  await shot(page, "wide-en-find");
  await click("#find-list [role=option]");
  await click("#report-here");
  await page.waitForSelector("#report-matter:focus");
  await typeMatter(page, "CG-001");
  await shot(page, "wide-en-find-report");
  await click("#report button[type=submit]");
  await page.waitForSelector("#incident[data-status=reported]");
  assert.ok(clicks <= 4, `reported in ${clicks} clicks`);
  const id = await page.getAttribute("#incident", "data-id");
  t.after(() => ended(id));
  const kept = await ask(`/incidents/${id}`);
  const { found } = await ask("/find?q=port%20st%20mary&limit=1");
  assert.deepEqual([kept.lng, kept.lat], [found[0].at.lng, found[0].at.lat]);
  assert.equal(kept.matter, "CG-001");
  await page.close();
});

test("the box finds what is typed, by keyboard alone", async (t) => {
  const { ids } = await twins(t);
  const { squads } = await ask("/squads");
  const squad = squads[0];
  const page = await open(`${VIEW}&lang=en`);
  for (const [text, kind, name] of [
    ["Douglas", "township", /^Douglas$/],
    ["DUOGLAS", "township", /^Douglas$/],
    ["道格拉斯", "township", /^Douglas$/],
    ["daogelasi", "township", /^Douglas$/],
    ["dgls", "township", /^Douglas$/],
    ["north quay", "street", /^North Quay$/],
    ["north quay & bridge road", "crossing", /^North Quay & Bridge Road$/],
    ["Bridge Road and North Quay", "crossing", /^Bridge Road & North Quay$/],
    ["a 18", "street", /^A18$/],
    ["jar bar", "poi", /^JAR Bar$/],
    ["victria house nursery", "poi", /^Victoria House Nursery$/],
    ["12 loch promenade", "address", /^12 Loch Promenade$/],
    ["26 parliament street, ramsey", "address", /^26 Parliament Street$/],
    // A house that nobody mapped is somewhere in its street.
    ["12 parliament street", "street", /^Parliament Street$/],
    [squad.name, "squad", new RegExp(`^${squad.name}$`)],
    [ids[0], "incident", new RegExp(ids[0].slice(-8))],
    [ids[1].slice(-8), "incident", new RegExp(ids[1].slice(-8))],
    ["54°9′8″N 4°29′1″W", "point", /^54\.152222, -4\.483611$/],
    ["-4.4836, 54.1522", "point", /^54\.152200, -4\.483600$/],
    ["54.1522 -4.4836", "point", /^54\.152200, -4\.483600$/],
  ]) {
    const found = await lookFor(page, text);
    assert.equal(found[0]?.[0], kind, `${text}: ${JSON.stringify(found)}`);
    assert.match(found[0][1], name, text);
  }
  assert.deepEqual(await lookFor(page, "qqqqq"), []);
  assert.equal(await page.textContent(".find .options-none"), "Nothing is called so.");
  await page.keyboard.press("Escape");

  await page.focus("#skip, .skip");
  await page.keyboard.press("/");
  await page.waitForSelector("#find:focus");
  assert.equal(await page.inputValue("#find"), "", "the slash is not typed");
  await lookFor(page, "54.1522 -4.4836");
  assert.deepEqual(await faults(page), []);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#who-is-here");
  assert.match(await chosen(page), /54\.15220, -4\.48360/);
  await waitAddress(page, /at=54\.152200\/-4\.483600/);
  await lookFor(page, squad.name);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#squad");
  await lookFor(page, ids[0]);
  await page.keyboard.press("Enter");
  await page.waitForSelector(`#incident[data-id="${ids[0]}"]`);
  await page.close();
});

test("matters are typed, in every language and by code; a form is left with Escape", async () => {
  const page = await open(`${VIEW}&at=${DOUGLAS.lat}/${DOUGLAS.lng}&lang=zh`);
  const { matters } = await ask("/matters");
  await page.click("#report-here");
  await page.waitForSelector("#report-matter:focus");
  const wanted = matters[4];
  const other = wanted.codes.find((one) => one.in_force && !one.of_category);
  assert.ok(other, "others number it too");
  const theirs = `${other.scheme}:${other.code}`;
  for (const text of [
    wanted.code,
    wanted.name_zh,
    wanted.name,
    wanted.code.replace("-", " "),
    theirs,
  ]) {
    assert.equal(await typeMatter(page, text), wanted.code, text);
  }
  const urgency = await page.$eval("#report [name=urgency]:checked", (one) => one.value);
  assert.equal(urgency, wanted.urgency);
  await page.fill("#report-matter", wanted.name_zh.slice(0, 2));
  await page.waitForSelector("#report-matter-list [role=option]");
  assert.equal(await page.getAttribute("#report-matter", "data-matter"), "", "not chosen yet");
  await shot(page, "wide-zh-matter");
  assert.deepEqual(await faults(page), []);
  await page.keyboard.press("Escape");
  await page.focus("#report-description");
  assert.equal(await page.inputValue("#report-matter"), "", "what is not chosen is not shown");
  await page.keyboard.press("Escape");
  await page.waitForSelector("#report-here:focus");
  await page.close();
});

test("who reports again is told what is open close by, and a link opens it for somebody else", async (t) => {
  const { spot, ids } = await twins(t);
  const page = await open(`map=15/${spot.lat}/${spot.lng}&at=${spot.lat}/${spot.lng}&lang=en`);
  await page.click("#report-here");
  await page.waitForSelector("#near-open [data-count='2']");
  await says(page, "#near-open", /2 open within 100 m/);
  await shot(page, "wide-en-near");
  await page.click(`[data-near="${ids[0]}"]`);
  await page.waitForSelector(`#incident[data-id="${ids[0]}"]`);
  await waitAddress(page, new RegExp(`case=${ids[0]}`));

  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: SERVICE });
  await page.click("#case-link");
  await page.waitForSelector(".case-link [role=status]:has-text('copied')");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, `${SERVICE}/#case=${ids[0]}`);
  const other = await open(`case=${ids[0]}&lang=zh`, await newContext());
  await other.waitForSelector(`#incident[data-id="${ids[0]}"]`);
  await other.waitForFunction(({ lng, lat }) => {
    const map = window.xungeMap;
    const at = map.project([lng, lat]);
    const { clientWidth, clientHeight } = map.getContainer();
    const inside = at.x > 0 && at.y > 0 && at.x < clientWidth && at.y < clientHeight;
    return !map.isMoving() && inside && map.getZoom() > 12;
  }, spot);
  await idle(other);
  await shot(other, "wide-zh-case-link");
  await other.context().close();
  // Where nothing may be copied, the link is shown.
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("no"));
  });
  await page.click("#case-link");
  assert.equal(await page.inputValue(".case-link input"), `${SERVICE}/#case=${ids[0]}`);
  await page.close();
});

test("where I am: asked of the device, or said why not", async () => {
  const own = await newContext({
    viewport: NARROW,
    hasTouch: true,
    isMobile: true,
    permissions: ["geolocation"],
    geolocation: { longitude: DOUGLAS.lng, latitude: DOUGLAS.lat, accuracy: 17.2 },
  });
  const page = await open(`${VIEW}&lang=en`, own);
  await page.click("#locate-me");
  await page.waitForSelector("#who-is-here");
  assert.match(
    await chosen(page),
    new RegExp(`${DOUGLAS.lat.toFixed(5)}, ${DOUGLAS.lng.toFixed(5)}`),
  );
  await page.click("#report-here");
  assert.equal(await page.inputValue("#report-accuracy_m"), "18");
  await page.keyboard.press("Escape");
  await lookFor(page, "peel");
  await shot(page, "narrow-en-find");
  assert.deepEqual(await faults(page), []);
  await own.close();

  const plain = await newContext();
  await plain.addInitScript(() =>
    Object.defineProperty(window, "isSecureContext", { get: () => false }),
  );
  const http = await open(`${VIEW}&lang=en`, plain);
  await http.click("#locate-me");
  await http.waitForSelector(".notices:has-text('HTTPS')");
  await plain.close();
});

test("the box says when the service does not answer", async () => {
  const page = await open(`${VIEW}&lang=en`);
  await page.route("**/api/v1/find*", (route) => route.abort());
  await page.fill("#find", "peel");
  await page.waitForSelector(".notices:has-text('Nothing could be looked for')");
  forgive("net::ERR_FAILED", page);
  await page.unroute("**/api/v1/find*");
  assert.ok((await lookFor(page, "peel")).length > 0);
  await page.close();
});

test("who reports, or locates a call, is told what it may repeat, ended cases too", async (t) => {
  const { spot } = await twins(t);
  const over = { id: crypto.randomUUID(), ...spot, matter: "CG-001", description: "before" };
  await send("POST", "/incidents", over);
  await ended(over.id);
  for (const [lang, words] of [
    ["en", /May be a repeat: 3 of this matter within 100 m and 30 days/],
    ["zh", /可能是重复投诉：100 米、30 天内有 3 件同一事项/],
  ]) {
    const page = await open(
      `map=15/${spot.lat}/${spot.lng}&at=${spot.lat}/${spot.lng}&lang=${lang}`,
    );
    await page.click("#report-here");
    await page.waitForSelector("#report-matter:focus");
    assert.equal(await page.textContent("#repeats"), "", "of no matter yet");
    await typeMatter(page, "CG-001");
    await page.waitForSelector("#repeats [data-count='3']");
    assert.match(await page.textContent("#repeats"), words);
    assert.deepEqual(await faults(page), []);
    await shot(page, `wide-${lang}-repeats`);
    await typeMatter(page, "CG-002");
    await page.waitForSelector("#repeats:empty", { state: "attached" });
    await typeMatter(page, "CG-001");
    await page.click(`[data-repeat="${over.id}"]`);
    await page.waitForSelector(`#incident[data-id="${over.id}"][data-status=void]`);
    await page.close();
  }

  const call = { id: crypto.randomUUID(), address: "the old school in Laxey", matter: "CG-001" };
  await send("POST", "/calls", call);
  t.after(() => send("POST", `/calls/${call.id}/drop`, { reason: "test" }));
  const { candidates } = await ask(`/calls/${call.id}`);
  const before = { id: crypto.randomUUID(), ...candidates[0].at, matter: "CG-001" };
  await send("POST", "/incidents", before);
  t.after(() => ended(before.id));
  const page = await open(`${VIEW}&lang=zh`);
  await page.click("[data-side=cases]");
  await page.click(`[data-key="call-${call.id}"]`);
  await page.click(".candidate >> nth=0");
  await page.waitForSelector(`#call-place #repeats [data-repeat="${before.id}"]`);
  await shot(page, "wide-zh-repeats-call");
  assert.deepEqual(await faults(page), []);
  await page.close();
});

test("a place is told in words where it is chosen, reported and looked at as a case", async (t) => {
  const { found } = await ask("/find?q=jar%20bar&limit=1");
  const { lng, lat } = found[0].at;
  const page = await open(`map=16/${lat}/${lng}&at=${lat}/${lng}&lang=en`);
  await says(page, "#in-words", /^12 Loch Promenade, Douglas$/);
  await lookFor(page, "jar bar");
  await says(page, "#find-list [role=option]", /bar.{1,3}12 Loch Promenade, Douglas/);
  await shot(page, "wide-en-find-place");
  assert.deepEqual(await faults(page), []);
  await page.keyboard.press("Escape");
  await page.click("#report-here");
  await page.waitForSelector("#report-matter:focus");
  await says(page, "#in-words", /^12 Loch Promenade, Douglas$/);
  await shot(page, "wide-en-in-words-report");
  await page.close();

  const id = crypto.randomUUID();
  await send("POST", "/incidents", { id, lng, lat, matter: "CG-001", description: "words" });
  t.after(() => ended(id));
  const zh = await open(`case=${id}&lang=zh`);
  await says(zh, "#in-words", /^道格拉斯 12 Loch Promenade$/);
  await shot(zh, "wide-zh-in-words-case");
  await lookFor(zh, "jar bar");
  await says(zh, "#find-list [role=option]", /兴趣点.*JAR Bar.*酒吧/);
  assert.deepEqual(await faults(zh), []);
  await zh.close();
});
