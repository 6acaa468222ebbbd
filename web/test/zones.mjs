/** Patrol zones: on the map from the start, and over a place with their squads and teams. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, DOUGLAS, NOON, open, send, shot, waitDrawn } from "./kit.mjs";

const AT = `${NOON}:00Z`;

test("zones in force are drawn one layer at a time", async () => {
  const page = await open(`map=10.6/${DOUGLAS.lat}/${DOUGLAS.lng}&t=${NOON}&lang=en`);
  const { features } = await ask(`/layers/zones?at=${AT}`);
  const layers = [...new Set(features.map((one) => one.properties.layer))];
  assert.ok(layers.length >= 2, `layers: ${layers}`);
  const only = (layer) => (all) => all.length > 0 && all.every((one) => one.layer === layer);
  await waitDrawn(page, "zone-borders", only("enforcement"), "its borders");
  const names = await waitDrawn(page, "zone-labels", only("enforcement"), "its names");
  const known = new Set(features.map((one) => one.properties.name));
  for (const { name } of names) assert.ok(known.has(name), `${name} is a zone`);
  await shot(page, "wide-en-zones");

  await page.selectOption("#zone-layer", "community");
  await waitDrawn(page, "zone-borders", only("community"), "the other layer's borders");
  const none = (all) => all.length === 0;
  await waitDrawn(page, "zone-fills", none, "no fill over response times");
  await page.uncheck(".layers label:has-text('Coverage') input");
  await waitDrawn(page, "zone-fills", only("community"), "fills in their place");
  await shot(page, "wide-en-zones-filled");
  await page.uncheck(".layers label:has-text('Zones') input");
  await waitDrawn(page, "zone-borders", none, "switched off");
  await page.close();
});

test("when other zones come in force, squads are asked for anew: plans give posts, too", async () => {
  const page = await open("lang=en");
  await page.waitForSelector(".live[data-state=open]");
  const { entries } = await ask("/zones/in-force");
  const { plan, layer } = entries.find((one) => one.holds);
  const asked = page.waitForRequest((request) => /\/api\/v1\/squads(\?|$)/.test(request.url()));
  const from = new Date(Date.now() + 60_000).toISOString();
  await send("POST", "/zones/in-force", {
    id: crypto.randomUUID(),
    plan,
    layer,
    from,
    reason: "again",
  });
  await asked;
  await page.close();
});

test("a place tells its zones, their squads and teams in both languages", async () => {
  const at = `at=${DOUGLAS.lat}/${DOUGLAS.lng}`;
  const { zones } = await ask(`/locate?lng=${DOUGLAS.lng}&lat=${DOUGLAS.lat}&at=${AT}`);
  assert.ok(zones.length >= 2, `${zones.length} zones`);
  const { squads } = await ask("/squads?limit=500");
  for (const lang of ["en", "zh"]) {
    const named = (one) => (lang === "zh" && one.name_zh) || one.name;
    const page = await open(`map=12/${DOUGLAS.lat}/${DOUGLAS.lng}&t=${NOON}&${at}&lang=${lang}`);
    const told = await (await page.waitForSelector("#who-is-here")).textContent();
    for (const zone of zones) {
      const layer = { name: zone.layer_name, name_zh: zone.layer_name_zh };
      for (const text of [named(layer), named(zone), zone.zone]) {
        assert.ok(told.includes(text), `${text} is told: ${told}`);
      }
      for (const id of zone.squads) {
        const squad = squads.find((one) => one.id === id);
        assert.ok(told.includes(named(squad)), `${id} is told: ${told}`);
      }
      for (const role of new Set(zone.team.map((one) => one.role))) {
        const all = zone.team.filter((one) => one.role === role);
        const wanted = all.reduce((sum, one) => sum + one.wanted, 0);
        assert.ok(told.includes(String(wanted)), `${role} ${wanted}: ${told}`);
        for (const { contact } of all) assert.ok(told.includes(contact ?? ""), told);
      }
      const coordinator = lang === "zh" ? "村级协管员" : "coordinators";
      const lines = await page.$$eval("#who-is-here small.line", (all) =>
        all.map((one) => one.textContent),
      );
      for (const line of lines) {
        assert.ok(line.split(coordinator).length <= 2, `a role is told once: ${line}`);
      }
    }
    await page.waitForSelector("#who-comes");
    await shot(page, `wide-${lang}-zones-here`);
    await page.close();
  }
});
