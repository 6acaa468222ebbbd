/** What the page does: each action asks the service and puts the answer, or the reason, into the state. */
import { api, isAbort, now, Problem } from "./base/api";
import { debounce, gather, latest } from "./base/dom";
import { instantOf } from "./base/time";
import type {
  DisruptionDraft,
  Incident,
  IncidentDraft,
  LngLat,
  SquadStatus,
  Story,
} from "./base/types";
import { may, notify, type State, store, timeZone } from "./state";
import { labelled, type Text, t } from "./text";

const NEAREST_COUNT = 3;
/** The slider moves in small steps; ask once it rests. */
const SLIDER_REST_MS = 180;
/** Several squads often change together; one refresh serves them. */
const LIVE_REST_MS = 400;
/** What failed is asked again after this time. */
const AGAIN_MS = 5000;
/** A day: far from what a timer can't hold any more. */
const LONGEST_WAIT_MS = 86_400_000;
/** What should have begun or ended by this computer's clock is asked for again after this time. */
const CLOCKS_APART_MS = 10_000;

/** The chosen moment for the service; left out while the clock follows the present. */
export function atParam(): string | undefined {
  const { wall } = store.state;
  return wall ? instantOf(wall, timeZone()).toISOString() : undefined;
}

export function explain(what: Text, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return labelled(t(what), why);
}

/** Shows why something failed; an answer nobody waits for any more is not a failure. */
export function failed(what: Text, error: unknown): void {
  if (isAbort(error)) return;
  if (error instanceof Problem && error.status === 401) askForKey();
  notify(explain(what, error));
}

function askForKey(): void {
  const { session } = store.state;
  if (session && !session.keyless && !session.role) store.set({ signingIn: true });
}

export const loadCoverage = latest(async (signal) => {
  const { minutes, basis, worst, placesShown } = store.state;
  const query = { minutes, basis, at: atParam() };
  store.set({ coverageBusy: true });
  try {
    const [summary, townships] = await Promise.all([
      api.coverageSummary(query, worst, signal),
      api.coverageTownships(query, signal),
    ]);
    const listed = summary.uncovered.cells.length;
    const short = listed < Math.min(placesShown, summary.uncovered.count);
    const allPlaces = short ? (await api.uncovered(query, worst, signal)).cells : null;
    const found = { summary, townships, allPlaces, summaryAt: now() };
    store.set({ ...found, coverageBusy: false, coverageProblem: null });
  } catch (error) {
    if (isAbort(error)) return;
    store.set({ coverageBusy: false, coverageProblem: explain("failed_coverage", error) });
    coverageAgain();
  }
});
const coverageAgain = debounce(() => {
  if (store.state.coverageProblem) void loadCoverage();
}, AGAIN_MS);

export const loadSquads = latest(async (signal) => {
  try {
    const squads = await api.squads(atParam(), signal);
    store.set({ squads, roster: store.state.roster + 1 });
  } catch (error) {
    failed("failed_layer", error);
  }
});

/** Who comes first to the open place; a squad that was chosen stays chosen. */
async function askNearest({ point, matter }: Goal, signal: AbortSignal): Promise<void> {
  const nearest = await api.nearest(point, NEAREST_COUNT, atParam(), matter, signal);
  const { nearest: before, chosenRank } = store.state;
  const chosen = before?.squads.find(({ rank }) => rank === chosenRank)?.squad.id;
  const still = nearest.squads.find(({ squad }) => squad.id === chosen);
  store.set({ nearest, nearestAt: now(), chosenRank: still?.rank ?? 1 });
}

interface Goal {
  point: LngLat;
  /** Decides who may conclude it. */
  matter?: string | undefined;
}

/** Where somebody has to come: the open place, or that of an incident which is still to be handled. */
function goal(): Goal | null {
  const { selection, incident } = store.state;
  if (selection?.kind === "place") return { point: selection.point };
  const waits = selection?.kind === "incident" && incident?.id === selection.id && incident.open;
  if (!waits) return null;
  return { point: { lng: incident.lng, lat: incident.lat }, matter: incident.matter ?? undefined };
}

/** One question about the open place after the other: a newer one ends those before it. */
const ask = latest(async (signal) => {
  const { selection, place } = store.state;
  const there = goal();
  if (!there) return store.set({ nearest: null, nearestAt: null });
  const locate = selection?.kind === "place" && !place;
  if (locate) store.set({ selectionBusy: true });
  try {
    await Promise.all([
      askNearest(there, signal),
      locate &&
        api.locate(there.point, atParam(), signal).then((found) => {
          store.set({ place: found });
        }),
    ]);
    store.set({ selectionBusy: false, selectionProblem: null });
  } catch (error) {
    if (isAbort(error)) return;
    store.set({ selectionBusy: false, selectionProblem: explain("failed_place", error) });
    askAgain();
  }
});
const askAgain = debounce(() => {
  if (store.state.selectionProblem) refreshSelection();
}, AGAIN_MS);

export const NOTHING_SELECTED = {
  place: null,
  responsibility: null,
  responsibilityProblem: null,
  nearest: null,
  nearestAt: null,
  chosenRank: 1,
  call: null,
  callAt: null,
  incident: null,
  story: null,
  whistles: null,
  repeats: null,
  advice: null,
  alarmLevel: 1,
  asking: null,
  refusal: null,
  form: null,
  selectionProblem: null,
  selectionBusy: false,
} as const;

/** A call that is open waits for its place: this one is proposed. */
export function isLocating({ selection, call, session }: Readonly<State>): boolean {
  const held = selection?.kind === "call" && call?.id === selection.id && call.state === "held";
  return held && may("dispatch", { session });
}

export function selectPlace(point: LngLat): void {
  if (isLocating(store.state)) {
    store.set({ callAt: point });
    return;
  }
  store.set({ ...NOTHING_SELECTED, selection: { kind: "place", point }, tab: "place" });
  void ask();
  void loadResponsibility();
}

/** Who has the chosen power over the chosen matter at the open place. */
export const loadResponsibility = latest(async (signal) => {
  const { selection, powerAsked } = store.state;
  if (selection?.kind !== "place") return;
  const { matter, power } = powerAsked;
  try {
    const found = await api.responsibility(
      selection.point,
      matter ?? undefined,
      power,
      atParam(),
      signal,
    );
    if (store.state.selection !== selection) return;
    store.set({ responsibility: found, responsibilityProblem: null });
  } catch (error) {
    if (isAbort(error) || store.state.selection !== selection) return;
    const responsibilityProblem = explain("failed_power", error);
    store.set({ responsibility: null, responsibilityProblem });
  }
});

/** Asked only while somebody looks: it takes the service a while. */
export const loadAudit = latest(async (signal) => {
  if (store.state.side !== "powers") return;
  store.set({ auditBusy: true });
  try {
    const audit = await api.powersAudit(atParam(), signal);
    store.set({ audit, auditBusy: false, auditProblem: null });
  } catch (error) {
    if (isAbort(error)) return;
    store.set({ auditBusy: false, auditProblem: explain("failed_audit", error) });
  }
});

/** Who has which power, or who is on duty, is something else now. */
export function powersChanged(): void {
  loadResponsibility.follow();
  loadAudit.follow();
}

export function askPower(asked: Partial<State["powerAsked"]>): void {
  store.set({ powerAsked: { ...store.state.powerAsked, ...asked } });
  void loadResponsibility();
}

export function selectSquad(id: string): void {
  store.set({ ...NOTHING_SELECTED, selection: { kind: "squad", id }, tab: "place" });
}

export function selectIncident(id: string): void {
  const selection = { kind: "incident", id } as const;
  const { unseen } = store.state;
  store.set({
    ...NOTHING_SELECTED,
    selection,
    tab: "place",
    selectionBusy: true,
    unseen: new Set([...unseen].filter((one) => one !== id)),
  });
  void loadStory();
}

/** The incident that was just reported: shown without asking for it. */
export function showReported(incident: Incident): void {
  selectIncident(incident.id);
  store.set({ incident });
  void ask();
}

export const loadStory = latest(async (signal) => {
  const { selection } = store.state;
  if (selection?.kind !== "incident") return;
  try {
    const story = await api.story(selection.id, signal);
    if (store.state.selection === selection) showStory(story);
  } catch (error) {
    if (isAbort(error) || store.state.selection !== selection) return;
    store.set({ selectionBusy: false, selectionProblem: explain("failed_place", error) });
    askAgain();
  }
});

function showStory(story: Story): void {
  const before = store.state.incident;
  const { incident } = story;
  store.set({ story, incident, selectionBusy: false, selectionProblem: null });
  if (!before || before.open !== incident.open) void ask();
}

/** An event told of the open incident, or of who was sent to it: what was done, and what may follow. */
export function incidentTold(id: string, incident?: Incident): void {
  const { selection, story } = store.state;
  if (selection?.kind !== "incident") return;
  if (selection.id !== id) {
    // One for which the open one stands, or stood.
    const standsFor = story?.merged?.some((one) => one.id === id);
    if (standsFor || incident?.merged_into === selection.id) loadStory.follow();
    return;
  }
  const turned = incident && store.state.incident?.open !== incident.open;
  if (incident) store.set({ incident });
  // Nobody has to come to what has ended; to what is opened again somebody has.
  if (turned) void ask();
  loadStory.follow();
}

export function clearSelection(): void {
  store.set({ ...NOTHING_SELECTED, selection: null, tab: "side" });
}

export async function setSquadStatus(id: string, status: SquadStatus): Promise<void> {
  try {
    await api.setSquadStatus(id, status);
  } catch (error) {
    failed("failed_write", error);
  }
}

/** The caller shows a refusal at the form; the same draft may be sent again safely. */
export async function report(draft: IncidentDraft): Promise<Incident> {
  return api.report(draft);
}

/** Who comes first to the open place may be somebody else now. */
export function refreshAnswer(): void {
  if (goal()) ask.follow();
}

/** The open place or incident, asked about as if it were new; what is shown stays until then. */
export function refreshSelection(): void {
  const { selection, place } = store.state;
  if (selection?.kind === "incident") void loadStory();
  if (place) void locateAgain();
  void loadResponsibility();
  if (goal()) void ask();
}

const locateAgain = latest(async (signal) => {
  const { selection } = store.state;
  if (selection?.kind !== "place") return;
  try {
    const place = await api.locate(selection.point, atParam(), signal);
    if (store.state.selection === selection) store.set({ place });
  } catch {
    // The question about squads, asked at the same time, tells what is wrong.
  }
});

/** After many squads changed, or the chosen moment: who is where, what they cover and who comes first. */
export const refreshSquads = gather(() => {
  loadSquads.follow();
  loadCoverage.follow();
  refreshAnswer();
}, LIVE_REST_MS);

/** After roads were closed or opened or became slower or quicker: what squads still cover and who comes first. */
export const refreshRoads = gather(() => {
  loadDisruptions.follow();
  loadCoverage.follow();
  refreshAnswer();
}, LIVE_REST_MS);

let nextTurn = 0;

/** No event tells that a disruption begins or ends by the clock. */
function refreshAtNextTurn(): void {
  clearTimeout(nextTurn);
  const now_ms = now().getTime();
  const waits_ms = store.state.disruptions.flatMap(({ phase, from, until }) => {
    const turn = phase === "planned" ? from : until;
    return turn ? [Math.max(Date.parse(turn) - now_ms, CLOCKS_APART_MS)] : [];
  });
  if (waits_ms.length === 0) return;
  nextTurn = window.setTimeout(refreshRoads, Math.min(...waits_ms, LONGEST_WAIT_MS));
}

export const loadDisruptions = latest(async (signal) => {
  try {
    const [disruptions, disruptedLinks] = await Promise.all([
      api.disruptions(signal),
      api.disruptedLinks(atParam(), signal),
    ]);
    store.set({ disruptions, disruptedLinks });
    refreshAtNextTurn();
  } catch (error) {
    failed("failed_layer", error);
  }
});

export async function loadSlots(): Promise<void> {
  try {
    store.set({ slots: await api.slots() });
  } catch (error) {
    failed("failed_layer", error);
  }
}

/** The caller shows a refusal at the form; the same draft may be sent again safely. */
export async function disrupt(draft: DisruptionDraft): Promise<void> {
  await api.disrupt(draft);
  store.set({ form: null });
  refreshRoads();
}

export async function liftDisruption(id: string): Promise<void> {
  try {
    await api.liftDisruption(id);
  } catch (error) {
    failed("failed_write", error);
  }
  // Also when somebody else was faster.
  refreshRoads();
}

export async function loadSession(): Promise<void> {
  const session = await api.session();
  store.set({ session, signingIn: !session.keyless && session.role === null });
}

export async function loadStatus(): Promise<void> {
  store.set({ status: await api.status() });
}

export async function loadMatters(): Promise<void> {
  try {
    store.set({ matters: await api.matters() });
  } catch (error) {
    failed("failed_layer", error);
  }
}

/** Keeps coverage, squads and the open answer in step with slider, basis and clock. */
export function followControls(): void {
  const recompute = debounce(() => void loadCoverage(), SLIDER_REST_MS);
  store.watch(["minutes", "basis", "wall", "worst"], recompute);
  store.watch(["placesShown"], ({ placesShown, summary, allPlaces }) => {
    const here = allPlaces ?? summary?.uncovered.cells ?? [];
    if (summary && here.length < Math.min(placesShown, summary.uncovered.count)) recompute();
  });
  const again = debounce(() => {
    void loadSquads();
    void loadDisruptions();
    // Also who is responsible: zones are in force by date.
    refreshSelection();
  }, SLIDER_REST_MS);
  store.watch(["wall"], again);
  const audit = debounce(() => void loadAudit(), SLIDER_REST_MS);
  store.watch(["wall", "side"], audit);
}
