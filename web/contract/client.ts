/**
 * The README's five minutes, played by a client that is generated from the contract alone: its types
 * are `src/base/contract.ts` as `openapi-typescript` writes it, its calls openapi-fetch. It compiles
 * only where the contract tells what is used here, and runs against a real service on the bundled
 * county ($XUNGE_URL). Then every example of the contract is sent as it stands.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import createClient from "openapi-fetch";
import type { paths } from "../src/base/contract.ts";

const url = process.env.XUNGE_URL;
assert(url, "XUNGE_URL says where the service is");
const api = createClient<paths>({ baseUrl: url });
const day = "2026-03-04T10:00:00Z";
const night = "2026-03-04T02:00:00Z";

/** The body of an answer that must be a success. */
async function ok<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  assert(data !== undefined, `${response.status} ${response.url}: ${JSON.stringify(error)}`);
  return data;
}

test("status: the county, its counts, who is to be credited", async () => {
  const status = await ok(api.GET("/api/v1/status"));
  assert.equal(status.county?.code, "990001");
  assert(status.ready && status.counts.townships > 10 && status.counts.squads > 10);
  assert.match(status.attribution.join(), /OpenStreetMap/);
});

test("who is responsible here", async () => {
  const query = { lng: -4.4779, lat: 54.1498, accuracy_m: 50 };
  const at = await ok(api.GET("/api/v1/locate", { params: { query } }));
  assert.equal(at.township?.name, "Douglas");
  assert(at.border && ("distance_m" in at.border || at.border.more_than_m === 500));
});

test("who gets there first, by day and by night", async () => {
  const nearest = (at: string) =>
    ok(
      api.GET("/api/v1/squads/nearest", {
        params: { query: { lng: -4.5664, lat: 54.1844, k: 3, at } },
      }),
    );
  const byDay = await nearest(day);
  const first = byDay.squads[0];
  assert(byDay.squads.length === 3 && first);
  const { handling_s, turnout_s, drive_s, walk_s } = first.parts;
  assert.equal(first.eta_s, handling_s + turnout_s + drive_s + walk_s);
  assert.equal(first.from.source, "post");
  const byNight = await nearest(night);
  assert.equal(byNight.squads.length, 1);
  assert(byNight.excluded.nearest.every((e) => e.reason === "off_shift"));
});

test("where nobody is in time", async () => {
  const coverage = (by: "summary" | "townships") =>
    ok(api.GET("/api/v1/coverage", { params: { query: { minutes: 30, by, at: night } } }));
  const summary = await coverage("summary");
  assert(summary.by === "summary" && summary.uncovered.count > 0 && summary.basis === "posts");
  const townships = await coverage("townships");
  assert(townships.by === "townships" && townships.townships.length > 10);
});

test("an isochrone, a layer, the next page", async () => {
  const query = { lng: -4.4779, lat: 54.1498, minutes: "10,20" };
  const bands = await ok(api.GET("/api/v1/isochrone", { params: { query } }));
  assert("features" in bands && bands.features.length === 2);
  const path = { layer: "townships" } as const;
  const layer = await ok(api.GET("/api/v1/layers/{layer}", { params: { path } }));
  // It comes as text where a table is asked for, and as a delta where one is.
  assert(typeof layer !== "string" && "features" in layer);
  assert.equal(layer.type, "FeatureCollection");
  assert.equal(layer.features.length, layer.numberMatched);
  const since = new URL(layer.next, url).searchParams.get("since") ?? "";
  const delta = await ok(api.GET("/api/v1/layers/{layer}", { params: { path, query: { since } } }));
  assert(typeof delta !== "string" && "add" in delta && !delta.reset && delta.add.length === 0);
  const page = await ok(api.GET("/api/v1/squads", { params: { query: { limit: 2 } } }));
  assert(page.squads.length === 2 && page.next?.includes("after="));
});

test("a report is told live, listed and, sent again, changes nothing", async () => {
  const events = await fetch(`${url}/api/v1/events`);
  const body = {
    id: crypto.randomUUID(),
    lng: -4.4825,
    lat: 54.1502,
    matter: "CG-001",
    description: "goods on the pavement",
  };
  const first = await api.POST("/api/v1/incidents", { body });
  assert.equal(first.response.status, 201);
  assert.equal(first.data?.status, "reported");
  const again = await api.POST("/api/v1/incidents", { body });
  assert.equal(again.response.status, 200);
  assert.deepEqual(again.data, first.data);
  const other = await api.POST("/api/v1/incidents", { body: { ...body, description: "another" } });
  assert.equal(other.response.status, 409);
  assert.equal(other.error?.type, "/problems/conflict");

  const query = { lng: -4.48, lat: 54.15, radius_m: 500 };
  const listed = await ok(api.GET("/api/v1/incidents", { params: { query } }));
  assert(listed.incidents.some((i) => i.id === body.id));
  const params = { path: { id: body.id } };
  const { stages, ...one } = await ok(api.GET("/api/v1/incidents/{id}", { params }));
  assert.deepEqual(one, first.data);
  assert.equal(stages?.[0]?.stage.matter, body.matter);

  let told = "";
  assert(events.body);
  for await (const chunk of events.body.pipeThrough(new TextDecoderStream())) {
    told += chunk;
    if (told.includes(body.id)) break;
  }
  assert.match(told, /event: ?incident/);
});

/** An example as it goes over the wire. */
function body(kind: string, example: unknown): string {
  if (kind.endsWith("json")) return JSON.stringify(example);
  if (!kind.endsWith("urlencoded")) return String(example);
  return new URLSearchParams(
    Object.entries(example as object).map(([k, v]) => [k, String(v)]),
  ).toString();
}

test("every example of the contract is taken", async (t) => {
  type Schema = { $ref?: string; example?: unknown };
  type Operation = {
    operationId: string;
    parameters?: { in: string; name: string; example?: string }[];
    requestBody?: { content: Record<string, { schema: Schema; example?: unknown }> };
  };
  const contract = JSON.parse(readFileSync("../../docs/openapi.json", "utf8"));
  const named = (schema: Schema): Schema =>
    contract.components.schemas[schema.$ref?.split("/").pop() ?? ""] ?? schema;
  // Last, in this order: each needs the one before it.
  const story = [
    "locate_call",
    "drop_call",
    "hand_over_shift",
    "accept_handover",
    "assign_squad",
    "step_assignment",
    "act_on_incident",
    "blow_whistle",
    "step_whistle",
    "rate_whistle",
    "create_plan",
    "edit_plan",
    "undo_plan_edit",
    "redo_plan_edit",
    "create_scenario",
    "change_scenario",
    "apply_scenario",
    "import_drawn_zones",
    "import_zone_atoms",
    "set_plan_state",
    "renew_plan",
    "put_zones_in_force",
  ];
  // No key can be an example that works, and a plan is neither frozen nor out of date at once; nor was the
  // case of the examples returned twice, so that it needs a judge, nor is it in doubt where it lies; no squad serves a
  // zone of the plan, and a call ends once.
  const refused: Record<string, number> = {
    sign_in: 401,
    drop_call: 409,
    put_zones_in_force: 409,
    renew_plan: 409,
    judge_incident: 422,
    designate_incident: 422,
    apply_scenario: 422,
  };
  const told: { method: string; template: string; operation: Operation }[] = [];
  for (const [template, item] of Object.entries<Record<string, Operation>>(contract.paths)) {
    for (const method of ["post", "put", "patch"]) {
      const operation = item[method];
      if (operation?.requestBody) told.push({ method, template, operation });
    }
  }
  told.sort(
    (a, b) => story.indexOf(a.operation.operationId) - story.indexOf(b.operation.operationId),
  );
  for (const { method, template, operation } of told) {
    await t.test(operation.operationId, async () => {
      const [kind, told] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
      assert(kind && told);
      const example = told.example ?? named(told.schema).example;
      const path = template.replace(/\{(\w+)\}/g, (_, name) => {
        const parameter = operation.parameters?.find((p) => p.in === "path" && p.name === name);
        assert(parameter?.example, `${template}: no example of ${name}`);
        return parameter.example;
      });
      const answer = await fetch(url + path, {
        method: method.toUpperCase(),
        headers: { "content-type": kind },
        body: body(kind, example),
      });
      const text = await answer.text();
      const expected = refused[operation.operationId];
      if (expected) return assert.equal(answer.status, expected, text);
      assert(answer.ok, `${answer.status}: ${text}`);
      assert.doesNotMatch(text, /"refused":\[\{/, "a part of it is refused");
    });
  }
});
