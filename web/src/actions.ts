/** What the page does: each action asks the service and puts the answer, or the reason, into the state. */
import { api, isAbort, Problem } from "./base/api";
import { debounce, gather, latest } from "./base/dom";
import { instantOf } from "./base/time";
import type { DisruptionDraft, Incident, IncidentDraft, LngLat, SquadStatus } from "./base/types";
import { notify, store, timeZone } from "./state";
import { type Text, t } from "./text";

const NEAREST_COUNT = 3;
/** The slider moves in small steps; ask once it rests. */
const SLIDER_REST_MS = 180;
/** Several squads often change together; one refresh serves them. */
const LIVE_REST_MS = 400;
/** A day: far from what a timer can't hold any more. */
const LONGEST_WAIT_MS = 86_400_000;
/** What should have begun or ended by this computer's clock is asked for again after this time. */
const CLOCKS_APART_MS = 10_000;

/** The chosen moment for the service; left out while the clock follows the present. */
export function atParam(): string | undefined {
  const { wall } = store.state;
  return wall ? instantOf(wall, timeZone()).toISOString() : undefined;
}

function explain(what: Text, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `${t(what)}: ${why}`;
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
  const { minutes, basis } = store.state;
  const query = { minutes, basis, at: atParam() };
  store.set({ coverageBusy: true });
  try {
    const [summary, townships] = await Promise.all([
      api.coverageSummary(query, signal),
      api.coverageTownships(query, signal),
    ]);
    store.set({ summary, townships, coverageBusy: false, coverageProblem: null });
  } catch (error) {
    if (isAbort(error)) return;
    store.set({ coverageBusy: false, coverageProblem: explain("failed_coverage", error) });
  }
});

export const loadSquads = latest(async (signal) => {
  try {
    store.set({ squads: await api.squads(atParam(), signal) });
  } catch (error) {
    failed("failed_layer", error);
  }
});

const askPlace = latest(async (signal) => {
  const { selection } = store.state;
  if (selection?.kind !== "place") return;
  store.set({ selectionBusy: true, selectionProblem: null });
  try {
    const [place, nearest] = await Promise.all([
      api.locate(selection.point, signal),
      api.nearest(selection.point, NEAREST_COUNT, atParam(), signal),
    ]);
    store.set({ place, nearest, chosenRank: 1, selectionBusy: false });
  } catch (error) {
    if (isAbort(error)) return;
    store.set({ selectionBusy: false, selectionProblem: explain("failed_place", error) });
  }
});

const NOTHING_SELECTED = {
  place: null,
  nearest: null,
  incident: null,
  form: null,
  selectionProblem: null,
  selectionBusy: false,
} as const;

export function selectPlace(point: LngLat): void {
  store.set({ ...NOTHING_SELECTED, selection: { kind: "place", point }, tab: "place" });
  void askPlace();
}

export function selectSquad(id: string): void {
  store.set({ ...NOTHING_SELECTED, selection: { kind: "squad", id }, tab: "place" });
}

export async function selectIncident(id: string): Promise<void> {
  store.set({
    ...NOTHING_SELECTED,
    selection: { kind: "incident", id },
    tab: "place",
    selectionBusy: true,
  });
  try {
    const incident = await api.incident(id);
    const { selection } = store.state;
    if (selection?.kind === "incident" && selection.id === id) {
      store.set({ incident, selectionBusy: false });
    }
  } catch (error) {
    store.set({ selectionBusy: false, selectionProblem: explain("failed_place", error) });
  }
}

export function clearSelection(): void {
  store.set({ ...NOTHING_SELECTED, selection: null, tab: "coverage" });
}

export async function setSquadStatus(id: string, status: SquadStatus): Promise<void> {
  try {
    await api.setSquadStatus(id, status);
    refreshSquads();
  } catch (error) {
    failed("failed_write", error);
  }
}

/** The caller shows a refusal at the form; the same draft may be sent again safely. */
export async function report(draft: IncidentDraft): Promise<Incident> {
  return api.report(draft);
}

/** Asks again about the open place, unless somebody is filling in a form about it. */
function refreshPlace(): void {
  if (store.state.selection?.kind === "place" && !store.state.form) void askPlace();
}

/** After a change of squads: who is where, what they cover and who comes first. */
export const refreshSquads = gather(() => {
  void loadSquads();
  void loadCoverage();
  refreshPlace();
}, LIVE_REST_MS);

/** After a road was closed or opened: where, what squads still cover and who comes first. */
export const refreshRoads = gather(() => {
  void loadDisruptions();
  void loadCoverage();
  refreshPlace();
}, LIVE_REST_MS);

let nextTurn = 0;

/** No event tells that a disruption begins or ends by the clock. */
function refreshAtNextTurn(): void {
  clearTimeout(nextTurn);
  const now_ms = Date.now();
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
  store.watch(["minutes", "basis", "wall"], recompute);
  const ask = debounce(() => {
    void loadSquads();
    void loadDisruptions();
    refreshPlace();
  }, SLIDER_REST_MS);
  store.watch(["wall"], ask);
}
