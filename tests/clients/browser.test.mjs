/** Clients in Chromium: MapLibre with deltas, OpenLayers, leaflet-routing-machine, each on a page of the service's origin. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const SERVICE = process.env.XUNGE_URL;
const PATIENCE_MS = 120_000;
let browser;
let context;
const trouble = [];

const KINDS = { css: "text/css", html: "text/html", js: "text/javascript", mjs: "text/javascript", png: "image/png" };
const kind = (name) => KINDS[name.split(".").at(-1)] ?? "application/octet-stream";

/** A page beside the service, and whatever it loads out of the packages. */
async function open(html) {
  const page = await context.newPage();
  page.on("pageerror", (error) => trouble.push(error.message));
  await page.route(`${SERVICE}/beside/**`, async (route) => {
    const name = decodeURIComponent(new URL(route.request().url()).pathname.slice("/beside/".length));
    if (name === "page.html") return route.fulfill({ contentType: "text/html; charset=utf-8", body: html });
    const body = await readFile(new URL(`node_modules/${name}`, import.meta.url)).catch(() => null);
    return body ? route.fulfill({ contentType: kind(name), body }) : route.fulfill({ status: 404, body: name });
  });
  await page.goto(`${SERVICE}/beside/page.html`);
  return page;
}

before(async () => {
  const args = ["--headless", "--no-sandbox", "--disable-gpu"];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args, timeout: PATIENCE_MS });
  context = await browser.newContext({ viewport: { width: 800, height: 600 } });
  context.setDefaultTimeout(PATIENCE_MS);
});
after(() => browser?.close());

const MAP = `<style>#map { position: absolute; inset: 0 }</style><div id="map"></div>`;

test("MapLibre takes deltas as they are", async () => {
  const page = await open(`<!doctype html><link rel="stylesheet" href="maplibre-gl/dist/maplibre-gl.css">${MAP}
    <script type="module">
      import { Map, setWorkerUrl } from "./maplibre-gl/dist/maplibre-gl.mjs";
      setWorkerUrl(new URL("maplibre-gl/dist/maplibre-gl-worker.mjs", import.meta.url).href);
      const map = new Map({ container: "map", center: [-4.48, 54.15], zoom: 12, style: { version: 8, sources: {}, layers: [] } });
      const url = "${SERVICE}/api/v1/layers/incidents";
      map.on("load", async () => {
        const first = await (await fetch(url)).json();
        window.next = first.next;
        map.addSource("incidents", { type: "geojson", data: first });
        map.addLayer({ id: "incidents", type: "circle", source: "incidents" });
        window.shown = map;
      });
      window.catchUp = async () => {
        const delta = await (await fetch(window.next)).json();
        window.next = delta.next;
        await map.getSource("incidents").updateData(delta);
        return delta;
      };
      window.held = async () => (await map.getSource("incidents").getData()).features.map((f) => f.id).sort();
    </script>`);
  await page.waitForFunction(() => window.shown?.loaded());
  const before = await page.evaluate(() => window.held());
  const id = randomUUID();
  const report = { id, lng: -4.48, lat: 54.15, matter: "CG-001" };
  const headers = { "content-type": "application/json" };
  await fetch(`${SERVICE}/api/v1/incidents`, { method: "POST", headers, body: JSON.stringify(report) });
  const delta = await page.evaluate(() => window.catchUp());
  assert.deepEqual([delta.reset, delta.remove, delta.add.map((f) => f.id)], [false, [], [id]]);
  assert.deepEqual(await page.evaluate(() => window.held()), [...before, id].sort());
  await page.waitForFunction(() => window.shown.queryRenderedFeatures({ layers: ["incidents"] }).length > 0);
  // One that knows nothing here begins anew, with the same call.
  await page.evaluate(() => { window.next = "/api/v1/layers/incidents?since=0"; });
  assert.equal((await page.evaluate(() => window.catchUp())).reset, true);
  assert.deepEqual(await page.evaluate(() => window.held()), [...before, id].sort());
});

test("OpenLayers draws features of OGC API and tiles", async () => {
  const page = await open(`<!doctype html><link rel="stylesheet" href="ol/ol.css">${MAP}
    <script src="ol/dist/ol.js"></script>
    <script>
      const features = new ol.source.Vector({
        format: new ol.format.GeoJSON(),
        url: (extent) => "${SERVICE}/ogc/collections/townships/items?f=json&bbox=" + extent.join(","),
        strategy: ol.loadingstrategy.bbox,
      });
      const tiles = new ol.source.VectorTile({
        format: new ol.format.MVT({ idProperty: "id" }),
        url: "${SERVICE}/api/v1/tiles/roads/{z}/{x}/{y}",
        minZoom: 4, maxZoom: 16,
      });
      const drawn = new ol.layer.VectorTile({ source: tiles });
      ol.proj.useGeographic();
      window.map = new ol.Map({
        target: "map",
        layers: [drawn, new ol.layer.Vector({ source: features })],
        view: new ol.View({ center: [-4.5, 54.2], zoom: 10 }),
      });
      map.once("rendercomplete", () => {
        const roads = drawn.getFeaturesInExtent(ol.proj.transformExtent([-4.7, 54.1, -4.4, 54.3], "EPSG:4326", "EPSG:3857"));
        window.seen = { townships: features.getFeatures().length, roads: roads.length };
      });
    </script>`);
  await page.waitForFunction(() => window.seen);
  const { townships, roads } = await page.evaluate(() => window.seen);
  assert.ok(townships > 10 && roads > 100, `${townships} townships, ${roads} roads`);
});

test("leaflet-routing-machine finds the way by OSRM's interface", async () => {
  const page = await open(`<!doctype html><link rel="stylesheet" href="leaflet/dist/leaflet.css">${MAP}
    <script src="leaflet/dist/leaflet.js"></script>
    <script src="leaflet-routing-machine/dist/leaflet-routing-machine.js"></script>
    <script>
      const map = L.map("map").setView([54.15, -4.5], 11);
      const control = L.Routing.control({
        waypoints: [L.latLng(54.1507, -4.4821), L.latLng(54.0742, -4.6918)],
        router: L.Routing.osrmv1({ serviceUrl: "${SERVICE}/route/v1" }),
      }).addTo(map);
      control.on("routesfound", (event) => {
        const [{ summary, instructions, coordinates }] = event.routes;
        window.found = { summary, instructions: instructions.length, coordinates: coordinates.length };
      });
      control.on("routingerror", (event) => { window.found = { error: event.error }; });
    </script>`);
  await page.waitForFunction(() => window.found);
  const found = await page.evaluate(() => window.found);
  assert.ok(found.summary?.totalTime > 600 && found.instructions > 3 && found.coordinates > 50, JSON.stringify(found));
});

test("no page complained", () => assert.deepEqual(trouble, []));
