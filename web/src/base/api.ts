/** The only file that talks HTTP. Every failure becomes a `Problem` with a text fit to be shown. */
import type {
  AcceptanceDraft,
  ActionDraft,
  Advice,
  ArrivalKpis,
  Assignment,
  AssignmentDraft,
  Basis,
  BBox,
  BurdenKpis,
  CallDraft,
  CallKpis,
  CallList,
  CallLocation,
  CaseKpis,
  CaseWhistles,
  Clash,
  Collection,
  Comparison,
  CoverageSummary,
  CoverageTownships,
  DatedForce,
  DesignationDraft,
  DisruptedLink,
  Disruption,
  DisruptionDraft,
  FindAnswer,
  ForceDraft,
  HandoverDraft,
  HandoverList,
  HeldCall,
  Incident,
  IncidentDraft,
  IncidentList,
  IncidentStatus,
  Judgement,
  JudgementDraft,
  KpiGroup,
  LayerAbout,
  LegalReviewDraft,
  ListCompared,
  ListSummary,
  ListVersion,
  LngLat,
  Matter,
  Nearest,
  OpenThings,
  OsrmRoute,
  Place,
  Plan,
  PlanBatch,
  PlanDraft,
  PlanEdit,
  PlanLayer,
  PlanState,
  PlanStory,
  PlanWarning,
  PointInWords,
  Power,
  PowersAudit,
  RankAnswer,
  RankAsked,
  RepeatList,
  Reporter,
  ResponsePlan,
  Responsibility,
  Scenario,
  ScenarioApplication,
  ScenarioApplied,
  ScenarioChange,
  ScenarioDraft,
  Session,
  ShiftHandover,
  ShownCall,
  ShownHandover,
  Slot,
  Squad,
  SquadResponse,
  SquadStatus,
  Status,
  StepDraft,
  Story,
  TileJson,
  ToldStatus,
  Uncovered,
  Unit,
  WhatIfAnswer,
  WhatIfAsked,
  WhistleDraft,
  WhistleRatingDraft,
  WhistleStepDraft,
  Worst,
} from "./types";

/** Where the service is: beside the page, below whatever prefix a proxy shows both. No slash at its end. */
export const SERVICE = new URL(".", location.href).href.slice(0, -1);
const BASE = `${SERVICE}/api/v1`;

/** RFC 9457 problem details, or what comes nearest to it when the service did not answer at all. */
export class Problem extends Error {
  constructor(
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** Name of the offending body field, when the service names one. */
    readonly field?: string,
    /** Who is there first instead, where a squad was not free. */
    readonly nextBest?: SquadResponse,
    /** What others made of the same meanwhile, where a plan was edited. */
    readonly clashes?: Clash[],
  ) {
    super(detail || title);
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

type Query = Record<string, string | number | boolean | undefined>;

interface Call {
  method?: string;
  query?: Query;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** How far the service's clock is ahead of this computer's, which may be wrong. */
let ahead_ms = 0;
/** What a `Date` header can't tell, for it counts whole seconds and travelled. */
const CLOCK_SLACK_MS = 2000;

/** The present by the service's clock. */
export function now(): Date {
  return new Date(Date.now() + ahead_ms);
}

function readClock(date: string | null): void {
  const off_ms = date ? Date.parse(date) - Date.now() : 0;
  if (Math.abs(off_ms - ahead_ms) > CLOCK_SLACK_MS) ahead_ms = off_ms;
}

async function problemOf(answer: Response): Promise<Problem> {
  const text = await answer.text();
  try {
    const body = JSON.parse(text) as {
      title?: string;
      detail?: string;
      field?: string;
      next_best?: SquadResponse;
      clashes?: Clash[];
    };
    return new Problem(
      answer.status,
      body.title ?? answer.statusText,
      body.detail ?? "",
      body.field,
      body.next_best,
      body.clashes,
    );
  } catch {
    return new Problem(answer.status, answer.statusText, text.slice(0, 200));
  }
}

function call<T>(path: string, how: Call = {}): Promise<T> {
  return callAt(BASE + path, how);
}

async function callAt<T>(
  path: string,
  { method = "GET", query = {}, body, signal }: Call = {},
): Promise<T> {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) search.set(key, String(value));
  }
  const url = search.size > 0 ? `${path}?${search}` : path;
  let answer: Response;
  try {
    answer = await fetch(url, {
      method,
      signal: signal ?? null,
      credentials: "same-origin",
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Problem(0, "no answer", `the service does not answer (${String(error)})`);
  }
  readClock(answer.headers.get("date"));
  if (!answer.ok) throw await problemOf(answer);
  return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
}

export interface CoverageQuery {
  minutes: number;
  basis: Basis;
  at?: string | undefined;
}

export interface IncidentQuery {
  order: "newest" | "due";
  open?: true;
  stuck?: true;
  status?: IncidentStatus;
  matter?: string;
  township?: string;
  /** Reported at or after. */
  from?: string;
  lng?: number;
  lat?: number;
  radius_m?: number;
  limit: number;
  /** Where the page before ended. */
  after?: string;
}

export interface ComparisonQuery {
  layer: string;
  /** Another plan; what is in force when not given. */
  with?: string;
}

/** Where the browser itself opens an answer. */
function addressed(path: string, query: Record<string, string>): string {
  return `${BASE}${path}?${new URLSearchParams(query)}`;
}

export const api = {
  /** From after this change on, or from now on. */
  eventsUrl: (since?: number) => `${BASE}/events${since === undefined ? "" : `?since=${since}`}`,
  status: () => call<Status>("/status"),
  session: () => call<Session>("/session"),
  signIn: (key: string) => call<Session>("/session", { method: "POST", body: { key } }),
  signOut: () => call<void>("/session", { method: "DELETE" }),
  matters: async () => (await call<{ matters: Matter[] }>("/matters")).matters,

  locate: (point: LngLat, at: string | undefined, signal?: AbortSignal) =>
    call<Place>("/locate", { query: { lng: point.lng, lat: point.lat, at }, signal }),
  nearest: (
    point: LngLat,
    k: number,
    at: string | undefined,
    matter: string | undefined,
    signal?: AbortSignal,
  ) =>
    call<Nearest>("/squads/nearest", {
      query: { lng: point.lng, lat: point.lat, k, at, matter, route: true },
      signal,
    }),

  responsibility: (
    point: LngLat,
    matter: string | undefined,
    power: Power,
    at: string | undefined,
    signal?: AbortSignal,
  ) =>
    call<Responsibility>("/responsibility", {
      query: { lng: point.lng, lat: point.lat, matter, power, at },
      signal,
    }),

  powersAudit: (at: string | undefined, signal?: AbortSignal) =>
    call<PowersAudit>("/responsibility/audit", { query: { at }, signal }),
  powersAuditTable: (at: string | undefined) => {
    const query = new URLSearchParams({ format: "csv", ...(at ? { at } : {}) });
    return `${BASE}/responsibility/audit?${query}`;
  },

  /** Every version of every list, without its entries. */
  lists: async (signal?: AbortSignal) =>
    (await call<{ lists: ListSummary[] }>("/lists", { signal })).lists,
  list: (list: string, version: number) =>
    call<ListVersion>(`/lists/${encodeURIComponent(list)}`, { query: { version } }),
  listDifferences: (list: string, version: number, signal?: AbortSignal) =>
    call<ListCompared>(`/lists/${encodeURIComponent(list)}/differences`, {
      query: { version },
      signal,
    }),
  listTableUrl: (list: string, version: number) =>
    addressed(`/lists/${encodeURIComponent(list)}/table`, { version: String(version) }),
  responsePlans: async (signal?: AbortSignal) =>
    (await call<{ response_plans: ResponsePlan[] }>("/response-plans", { signal })).response_plans,
  units: async (signal?: AbortSignal) =>
    (await call<{ units: Unit[] }>("/units", { signal })).units,

  squad: (id: string) => call<Squad>(`/squads/${encodeURIComponent(id)}`),
  setSquadStatus: (id: string, status: SquadStatus) =>
    call<Squad>(`/squads/${encodeURIComponent(id)}`, { method: "PATCH", body: { status } }),
  /** What was told of a squad last. */
  squadStatuses: (id: string, limit: number) =>
    call<{ statuses: ToldStatus[] }>(`/squads/${encodeURIComponent(id)}/statuses`, {
      query: { limit },
    }),
  /** All squads, page after page. */
  squads: async (at: string | undefined, signal?: AbortSignal) => {
    const all: Squad[] = [];
    let query: Query = { at, limit: 500 };
    for (;;) {
      const page = await call<{ squads: Squad[]; next: string | null }>("/squads", {
        query,
        signal,
      });
      all.push(...page.squads);
      if (!page.next) return all;
      query = Object.fromEntries(new URL(page.next, location.href).searchParams);
    }
  },

  coverageSummary: (query: CoverageQuery, worst: Worst, signal?: AbortSignal) =>
    call<CoverageSummary>("/coverage", { query: { ...query, by: "summary", worst }, signal }),
  /** All places that are not reached. */
  uncovered: async (query: CoverageQuery, worst: Worst, signal?: AbortSignal) => {
    const asked = { ...query, by: "uncovered", worst };
    return (await call<{ uncovered: Uncovered }>("/coverage", { query: asked, signal })).uncovered;
  },
  coverageTownships: (query: CoverageQuery, signal?: AbortSignal) =>
    call<CoverageTownships>("/coverage", { query: { ...query, by: "townships" }, signal }),
  whatIf: (asked: WhatIfAsked, signal?: AbortSignal) =>
    call<WhatIfAnswer>("/coverage/what-if", { method: "POST", body: asked, signal }),
  rankPosts: (asked: RankAsked, signal?: AbortSignal) =>
    call<RankAnswer>("/coverage/rank-posts", { method: "POST", body: asked, signal }),
  scenarios: async (signal?: AbortSignal) =>
    (await call<{ scenarios: Scenario[] }>("/scenarios", { signal })).scenarios,
  scenario: (id: string) => call<Scenario>(`/scenarios/${id}`),
  keepScenario: (body: ScenarioDraft) => call<Scenario>("/scenarios", { method: "POST", body }),
  changeScenario: (id: string, body: ScenarioChange) =>
    call<Scenario>(`/scenarios/${id}`, { method: "PUT", body }),
  deleteScenario: (id: string) => call<void>(`/scenarios/${id}`, { method: "DELETE" }),
  applyScenario: (id: string, body: ScenarioApplication) =>
    call<ScenarioApplied>(`/scenarios/${id}/apply`, { method: "POST", body }),
  coverageLayer: (query: CoverageQuery, signal?: AbortSignal) =>
    call<Collection>("/layers/coverage", { query: { ...query }, signal }),

  layer: (
    name: string,
    query: { bbox?: BBox; at?: string | undefined; plan?: string; layer?: string } = {},
    signal?: AbortSignal,
  ) =>
    call<Collection>(`/layers/${name}`, {
      query: {
        at: query.at,
        plan: query.plan,
        layer: query.layer,
        bbox: query.bbox?.map((degree) => degree.toFixed(5)).join(","),
      },
      signal,
    }),

  layers: async () => (await call<{ layers: LayerAbout[] }>("/layers")).layers,
  plans: async (signal?: AbortSignal) =>
    (await call<{ plans: Plan[] }>("/plans", { signal })).plans,
  branch: (draft: PlanDraft) => call<Plan>("/plans", { method: "POST", body: draft }),
  edit: (plan: string, edit: PlanEdit) =>
    call<PlanBatch>(`/plans/${plan}/edits`, { method: "POST", body: edit }),
  undo: (plan: string, body: { id: string }) =>
    call<PlanBatch>(`/plans/${plan}/undo`, { method: "POST", body }),
  redo: (plan: string, body: { id: string }) =>
    call<PlanBatch>(`/plans/${plan}/redo`, { method: "POST", body }),
  planWarnings: async (plan: string, signal?: AbortSignal) =>
    (await call<{ warnings: PlanWarning[] }>(`/plans/${plan}/warnings`, { signal })).warnings,
  planLayer: (plan: string, layer: string, signal?: AbortSignal) =>
    call<PlanLayer>(`/plans/${plan}/layers/${layer}`, { signal }),
  planStory: (plan: string, signal?: AbortSignal) => call<PlanStory>(`/plans/${plan}`, { signal }),
  planEdits: async (plan: string, after: number, signal?: AbortSignal) =>
    (await call<{ edits: PlanBatch[] }>(`/plans/${plan}/edits`, { query: { after }, signal }))
      .edits,
  setPlanState: (plan: string, state: PlanState, reason: string) =>
    call<Plan>(`/plans/${plan}/state`, { method: "PUT", body: { state, reason } }),
  zonesInForce: async (signal?: AbortSignal) =>
    (await call<{ entries: DatedForce[] }>("/zones/in-force", { signal })).entries,
  putInForce: (draft: ForceDraft) =>
    call<unknown>("/zones/in-force", { method: "POST", body: draft }),
  comparison: (plan: string, query: ComparisonQuery, signal?: AbortSignal) =>
    call<Comparison>(`/plans/${plan}/comparison`, { query: { ...query }, signal }),
  movedAtoms: (plan: string, query: ComparisonQuery, signal?: AbortSignal) =>
    call<Collection>(`/plans/${plan}/comparison`, {
      query: { ...query, format: "geojson" },
      signal,
    }),
  /** Of the table of what moved, and of the report to print. */
  comparisonUrl: (plan: string, query: ComparisonQuery, more: Record<string, string>) =>
    addressed(`/plans/${plan}/comparison`, { ...query, ...more }),
  /** Which atom is in which zone. */
  zoneAtomsUrl: (plan: string, layer: string) => `${BASE}/plans/${plan}/layers/${layer}/atoms`,
  judgement: (plan: string, layer: string, signal?: AbortSignal) =>
    call<Judgement>(`/plans/${plan}/judgement`, { query: { layer }, signal }),
  tiles: (layer: string, signal?: AbortSignal) => call<TileJson>(`/tiles/${layer}`, { signal }),

  find: (q: string, near: LngLat | null, limit: number, signal?: AbortSignal) =>
    call<FindAnswer>("/find", {
      query: { q, limit, lng: near?.lng, lat: near?.lat },
      signal,
    }),

  around: ({ lng, lat }: LngLat) => call<PointInWords>("/find/around", { query: { lng, lat } }),

  burdenKpis: (from: Date, to: Date, by: KpiGroup, signal?: AbortSignal) =>
    call<BurdenKpis>("/kpis/burden", {
      query: { from: from.toISOString(), to: to.toISOString(), by },
      signal,
    }),
  callKpis: (from: Date, to: Date, signal?: AbortSignal) =>
    call<CallKpis>("/kpis/calls", {
      query: { from: from.toISOString(), to: to.toISOString() },
      signal,
    }),
  caseKpis: (from: Date, to: Date, by: KpiGroup, signal?: AbortSignal) =>
    call<CaseKpis>("/kpis/cases", {
      query: { from: from.toISOString(), to: to.toISOString(), by },
      signal,
    }),
  caseTableUrl: (from: Date, to: Date, by: KpiGroup) =>
    addressed("/kpis/cases", {
      from: from.toISOString(),
      to: to.toISOString(),
      by,
      format: "csv",
    }),
  burdenTableUrl: (from: Date, to: Date, by: KpiGroup) =>
    addressed("/kpis/burden", {
      from: from.toISOString(),
      to: to.toISOString(),
      by,
      format: "csv",
    }),
  arrivalKpis: (from: Date, to: Date, by: KpiGroup, signal?: AbortSignal) =>
    call<ArrivalKpis>("/kpis/arrivals", {
      query: { from: from.toISOString(), to: to.toISOString(), by },
      signal,
    }),

  slots: async (signal?: AbortSignal) =>
    (await call<{ slots: Slot[] }>("/slots", { signal })).slots,

  incidents: (query: IncidentQuery, signal?: AbortSignal) =>
    call<IncidentList>("/incidents", { query: { ...query }, signal }),
  repeats: (
    query: { lng: number; lat: number; matter: string; at?: string },
    signal?: AbortSignal,
  ) => call<RepeatList>("/incidents/repeats", { query, signal }),
  caseRepeats: (id: string, signal?: AbortSignal) =>
    call<RepeatList>(`/incidents/${encodeURIComponent(id)}/repeats`, { signal }),
  incident: (id: string) => call<Incident>(`/incidents/${encodeURIComponent(id)}`),
  story: (id: string, signal?: AbortSignal) =>
    call<Story>(`/incidents/${encodeURIComponent(id)}/history`, { signal }),
  reporter: (of: "incidents" | "calls", id: string) =>
    call<Reporter>(`/${of}/${encodeURIComponent(id)}/reporter`),

  /** Those that are held. */
  calls: (signal?: AbortSignal) => call<CallList>("/calls", { query: { limit: 1000 }, signal }),
  call: (id: string, signal?: AbortSignal) => call<ShownCall>(`/calls/${id}`, { signal }),
  hold: (draft: CallDraft) => call<HeldCall>("/calls", { method: "POST", body: draft }),
  locateCall: (id: string, body: CallLocation) =>
    call<Incident>(`/calls/${id}/location`, { method: "POST", body }),
  dropCall: (id: string, reason: string) =>
    call<HeldCall>(`/calls/${id}/drop`, { method: "POST", body: { reason } }),
  handovers: (query: { waiting?: true; limit: number; after?: string }, signal?: AbortSignal) =>
    call<HandoverList>("/handovers", { query: { ...query }, signal }),
  handover: (id: string, signal?: AbortSignal) =>
    call<ShownHandover>(`/handovers/${id}`, { signal }),
  /** To print and to sign. */
  handoverPageUrl: (id: string, lang: string) =>
    addressed(`/handovers/${id}`, { format: "html", lang }),
  /** What a handover of this area would list now. */
  openThings: (area: string | null, signal?: AbortSignal) =>
    call<OpenThings>("/handovers/open", { query: { area: area ?? undefined }, signal }),
  handOver: (draft: HandoverDraft) =>
    call<ShiftHandover>("/handovers", { method: "POST", body: draft }),
  acceptHandover: (id: string, draft: AcceptanceDraft) =>
    call<ShiftHandover>(`/handovers/${id}/acceptance`, { method: "POST", body: draft }),
  act: (id: string, draft: ActionDraft) =>
    call<Incident>(`/incidents/${encodeURIComponent(id)}/actions`, { method: "POST", body: draft }),
  judge: (id: string, draft: JudgementDraft) =>
    call<Incident>(`/incidents/${encodeURIComponent(id)}/judgements`, {
      method: "POST",
      body: draft,
    }),
  designate: (id: string, draft: DesignationDraft) =>
    call<Incident>(`/incidents/${encodeURIComponent(id)}/designations`, {
      method: "POST",
      body: draft,
    }),

  review: (id: string, draft: LegalReviewDraft) =>
    call<Incident>(`/incidents/${encodeURIComponent(id)}/legal-reviews`, {
      method: "POST",
      body: draft,
    }),

  /** Of squads that have not ended what they were sent for. */
  assignments: async (signal?: AbortSignal) =>
    (await call<{ assignments: Assignment[] }>("/assignments", { signal })).assignments,
  send: (incident: string, draft: AssignmentDraft) =>
    call<Assignment>(`/incidents/${encodeURIComponent(incident)}/assignments`, {
      method: "POST",
      body: draft,
    }),
  step: (assignment: string, draft: StepDraft) =>
    call<Assignment>(`/assignments/${encodeURIComponent(assignment)}/steps`, {
      method: "POST",
      body: draft,
    }),
  /** Whom to send to an open incident, by the response plan at this alarm level. */
  recommendation: (incident: string, level: number, signal?: AbortSignal) =>
    call<Advice>("/squads/recommendation", { query: { incident, level }, signal }),
  whistles: (incident: string, signal?: AbortSignal) =>
    call<CaseWhistles>(`/incidents/${encodeURIComponent(incident)}/whistles`, { signal }),
  blow: (incident: string, draft: WhistleDraft) =>
    call<unknown>(`/incidents/${encodeURIComponent(incident)}/whistles`, {
      method: "POST",
      body: draft,
    }),
  stepWhistle: (whistle: string, draft: WhistleStepDraft) =>
    call<unknown>(`/whistles/${encodeURIComponent(whistle)}/steps`, {
      method: "POST",
      body: draft,
    }),
  rateWhistle: (whistle: string, draft: WhistleRatingDraft) =>
    call<unknown>(`/whistles/${encodeURIComponent(whistle)}/ratings`, {
      method: "POST",
      body: draft,
    }),
  /** What was kept to be sent later. */
  deliver: (method: "POST" | "PATCH", path: string, body: unknown) =>
    call<unknown>(path, { method, body }),
  /** The quickest way, turn by turn. */
  route: (profile: Squad["profile"], from: LngLat, to: LngLat, signal?: AbortSignal) =>
    callAt<{ routes: OsrmRoute[] }>(
      `/route/v1/${profile}/${from.lng},${from.lat};${to.lng},${to.lat}`,
      { query: { steps: true, overview: "full", geometries: "geojson" }, signal },
    ),
  report: (draft: IncidentDraft) => call<Incident>("/incidents", { method: "POST", body: draft }),

  disruptions: async (signal?: AbortSignal) =>
    (await call<{ disruptions: Disruption[] }>("/roads/disruptions", { signal })).disruptions,
  disruptedLinks: (at: string | undefined, signal?: AbortSignal) =>
    call<Collection<DisruptedLink>>("/layers/disruptions", { query: { at }, signal }),
  disrupt: (draft: DisruptionDraft) =>
    call<Disruption>("/roads/disruptions", { method: "POST", body: draft }),
  liftDisruption: (id: string) =>
    call<void>(`/roads/disruptions/${encodeURIComponent(id)}`, { method: "DELETE" }),
};
