// What the page costs: bytes, requests and time to the first figures over a slow line; the time that its scripts take
// while squads move. Run beside a service with fresh data, which it fills with squads; ends by itself in about two minutes:
//   scripts/with-service.sh node benches/page/weight.mjs
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");

const SERVICE = new URL(process.env.XUNGE_URL).origin;
/** 400 kbit/s both ways, a tenth of a second there and back. */
const SLOW = { offline: false, latency: 100, downloadThroughput: 50_000, uploadThroughput: 50_000 };
const SQUADS = 5_000;
/** Each tells its place so often, seconds. */
const EVERY_S = 15;
const MOVING_S = 45;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
});

/** A page with nothing kept, and what it fetched so far. */
async function fresh(line) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 720 }, locale: "en-GB" });
  context.setDefaultTimeout(600_000);
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Performance.enable");
  if (line) await devtools.send("Network.emulateNetworkConditions", line);
  const fetched = { requests: 0, bytes: 0 };
  devtools.on("Network.requestWillBeSent", ({ request }) => {
    fetched.requests += Number(request.url.startsWith("http"));
  });
  devtools.on("Network.dataReceived", ({ encodedDataLength }) => {
    fetched.bytes += encodedDataLength;
  });
  const metrics = async () => {
    const { metrics: all } = await devtools.send("Performance.getMetrics");
    return Object.fromEntries(all.map(({ name, value }) => [name, value]));
  };
  return { context, page, fetched, metrics };
}

const told = ({ requests, bytes }) => `${requests} requests, ${Math.round(bytes / 1_000)} kB`;

async function opening(name, line) {
  const { context, page, fetched, metrics } = await fresh(line);
  const begun = Date.now();
  const since = () => ((Date.now() - begun) / 1_000).toFixed(1);
  await page.goto(`${SERVICE}/#`, { waitUntil: "commit" });
  await page.waitForSelector("header");
  const frame = since();
  await page.waitForSelector("#covered-share");
  const figures = `${since()} s (${told(fetched)})`;
  await page.waitForFunction(() => document.documentElement.dataset.ready === "true");
  const { ScriptDuration } = await metrics();
  console.log(
    `${name}: frame ${frame} s, first figures ${figures}, all ${since()} s (${told(fetched)}), scripts ${ScriptDuration.toFixed(2)} s`,
  );
  await context.close();
}

async function send(method, path, body) {
  const answer = await fetch(`${SERVICE}/api/v1${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

const ALL_WEEK = [{ days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from: "00:00", to: "24:00" }];
/** Around the bundled county's capital, by a fixed sequence (golden ratio). */
function place(n) {
  const share = (x) => (x * 0.618_033_988_749_895) % 1;
  return { lng: -4.62 + 0.2 * share(n), lat: 54.14 + 0.12 * share(share(n) * 1_000) };
}

async function inTurns(count, many, work) {
  let next = 0;
  const one = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: many }, one));
}

async function moving() {
  const { squads } = await (await fetch(`${SERVICE}/api/v1/squads?limit=1`)).json();
  const { unit, command_area } = squads[0];
  await inTurns(SQUADS, 16, (n) =>
    send("POST", "/squads", {
      id: `weight-${n}`,
      name: `Squad ${n}`,
      kind: "direct",
      unit,
      command_area,
      profile: "car",
      post: place(n),
      turnout_s: 60,
      crew: { certified_officers: 2, uncertified_officers: 0, assistants: 0 },
      shifts: ALL_WEEK,
    }),
  );
  const { context, page, fetched, metrics } = await fresh();
  await page.goto(`${SERVICE}/#`);
  await page.waitForFunction(() => document.documentElement.dataset.ready === "true");
  const [before, open, begun] = [await metrics(), told(fetched), Date.now()];
  const batch = Math.ceil(SQUADS / EVERY_S);
  for (let second = 0; second < MOVING_S; second++) {
    const fixes = Array.from({ length: batch }, (_, n) => {
      const squad = (second * batch + n) % SQUADS;
      return { squad: `weight-${squad}`, ...place(squad + second), fixed_at: new Date().toISOString() };
    });
    await send("POST", "/positions", { positions: fixes });
    await new Promise((go) => setTimeout(go, Math.max(0, begun + (second + 1) * 1_000 - Date.now())));
  }
  const after = await metrics();
  const s = (Date.now() - begun) / 1_000;
  const share = ((after.ScriptDuration - before.ScriptDuration) / s) * 100;
  const all = ((after.TaskDuration - before.TaskDuration) / s) * 100;
  console.log(
    `${SQUADS} squads, each moving every ${EVERY_S} s, the page opened with ${open}: scripts ${share.toFixed(1)} % of a core, all of the page's thread ${all.toFixed(1)} %; ${told(fetched)} in all after ${s.toFixed(0)} s`,
  );
  const asked = { ...fetched };
  await send("PATCH", "/squads/weight-7", { status: "busy" });
  await new Promise((go) => setTimeout(go, 5_000));
  console.log(
    `one of them turns busy: ${told({ requests: fetched.requests - asked.requests, bytes: fetched.bytes - asked.bytes })}`,
  );
  await context.close();
}

for (let n = 0; n < 3; n++) await opening("400 kbit/s", SLOW);
await opening("this machine", undefined);
await moving();
await browser.close();
