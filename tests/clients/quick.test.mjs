/** Clients that need no browser: @camptocamp/ogc-client, geojsonhint and vector-tile. A part of `make test`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OgcApiEndpoint } from "@camptocamp/ogc-client";
import geojsonhint from "@mapbox/geojsonhint";
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

const SERVICE = process.env.XUNGE_URL;
const text = async (path) => (await fetch(SERVICE + path)).text();
const layers = JSON.parse(await text("/api/v1/layers")).layers.map((layer) => layer.name);

test("@camptocamp/ogc-client finds every collection, and asks for a part of one", async () => {
  const endpoint = new OgcApiEndpoint(`${SERVICE}/ogc`);
  assert.equal(await endpoint.hasFeatures, true);
  const names = await endpoint.featureCollections;
  assert.deepEqual(
    layers.filter((layer) => !names.includes(layer)),
    [],
  );
  assert.match((await endpoint.getCollectionInfo("townships")).title, /^Townships/);
  const where = await endpoint.getCollectionItemsUrl("incidents", { limit: 5, extent: [-4.6, 54.1, -4.4, 54.3] });
  const page = await (await fetch(where)).json();
  assert.ok(page.features.length > 0 && page.numberMatched >= page.numberReturned, where);
  const items = await endpoint.getCollectionItems("townships", 3);
  assert.equal(items.length, 3);
});

test("geojsonhint finds nothing wrong with any layer", async () => {
  for (const layer of layers) {
    const hints = geojsonhint.hint(await text(`/api/v1/layers/${layer}`), { precisionWarning: false });
    assert.deepEqual(hints, [], layer);
  }
  const page = await text("/ogc/collections/grids/items?f=json&limit=200");
  assert.deepEqual(geojsonhint.hint(page, { precisionWarning: false }), []);
});

test("vector-tile reads what tiles say they hold", async () => {
  const [z, x, y] = [10, 499, 326];
  for (const layer of layers) {
    const described = await fetch(`${SERVICE}/api/v1/tiles/${layer}`);
    if (described.status === 404) continue;
    const { fields } = (await described.json()).vector_layers[0];
    const answer = await fetch(`${SERVICE}/api/v1/tiles/${layer}/${z}/${x}/${y}`);
    if (answer.status === 204) continue;
    assert.equal(answer.status, 200, layer);
    const tile = new VectorTile(new PbfReader(await answer.arrayBuffer()));
    const drawn = tile.layers[layer];
    assert.ok(drawn.length > 0 && drawn.extent === 4096 && drawn.version === 2, layer);
    for (let at = 0; at < drawn.length; at++) {
      const feature = drawn.feature(at);
      assert.ok(feature.id > 0, `${layer}: no id`);
      const unknown = Object.keys(feature.properties).filter((name) => name !== "id" && !(name in fields));
      assert.deepEqual(unknown, [], layer);
      assert.ok(feature.toGeoJSON(x, y, z).geometry.coordinates.length > 0, layer);
    }
  }
});
