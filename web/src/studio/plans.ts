/**
 * The plan that is open in the studio, and its figures. The service keeps every edit; what is shown is asked
 * anew after each, and when somebody else edits.
 */
import { failed } from "../actions";
import { api, type ComparisonQuery, isAbort } from "../base/api";
import { latest } from "../base/dom";
import type { EditedPlan, PlanState } from "../base/types";
import { uuidv7 } from "../base/uuid";
import { type State, store } from "../state";
import type { Studio } from "./state";

/** How many edits of the past are listed. */
const EDITS_LISTED = 50;
/** The name of what the browser measures. */
export const STROKE_MEASURE = "stroke to figures";

export function setStudio(studio: Partial<Studio>): void {
  store.set({ studio: { ...store.state.studio, ...studio } });
}

export const openPlan = ({ studio }: Pick<State, "studio">) =>
  studio.plans.find(({ id }) => id === studio.plan) ?? null;

/** Whether the open plan may be edited. */
export const isDraft = (state: Pick<State, "studio">) => openPlan(state)?.state === "draft";

export const loadPlans = latest(async (signal) => {
  try {
    setStudio({ plans: await api.plans(signal) });
    await loadFigures();
    if (store.state.studio.past) await loadPast();
  } catch (error) {
    failed("failed_plans", error);
  }
});

/** The last edit, until its figures are there: an event may have asked for them first. */
let stroke: { began_ms: number; revision: number } | null = null;

/** An edit that began then made this revision: its figures are waited for. */
export function figuresDue(began_ms: number, revision: number): void {
  stroke = { began_ms, revision };
}

/** Tells how long it took, once the figures stand on the page. */
function measure(revision: number): void {
  if (!stroke || revision < stroke.revision) return;
  const { duration } = performance.measure(STROKE_MEASURE, { start: stroke.began_ms });
  stroke = null;
  setStudio({ took_ms: Math.round(duration) });
}

export const loadFigures = latest(async (signal) => {
  const { plan, layer } = store.state.studio;
  if (!plan) return setStudio({ judgement: null, warnings: [], cut: null, drawn: null });
  try {
    const judgement = await api.judgement(plan, layer, signal);
    setStudio({ judgement });
    // Views are drawn before this goes on; the map and the rest come after the figures.
    await Promise.resolve();
    const { revision } = judgement.plan;
    measure(revision);
    setStudio({ drawn: revision });
  } catch (error) {
    if (isAbort(error)) return;
    failed("failed_plans", error);
    setStudio({ judgement: null, drawn: openPlan(store.state)?.revision ?? null });
  }
  // The next stroke need not wait for these.
  void loadRest();
});

/** What follows the figures: what is wrong with the layer, its squads and posts, how it stands beside another. */
const loadRest = latest(async (signal) => {
  const { plan, layer, beside } = store.state.studio;
  if (!plan) return;
  try {
    const [warnings, cut] = await Promise.all([
      api.planWarnings(plan, signal),
      api.planLayer(plan, layer, signal),
    ]);
    // Another plan may be open by now, or none.
    const now = store.state.studio;
    if (now.plan !== plan || now.layer !== layer) return;
    setStudio({ warnings, cut });
  } catch (error) {
    failed("failed_plans", error);
  }
  if (beside && !signal.aborted) await loadComparison();
});

/** The newest revision of the open plan that an event told while an edit was on its way. */
let heard = 0;

/** Follows what others edit; one's own edits are known already. */
export function planEdited({ plan, revision, batch }: EditedPlan): void {
  const { side, studio } = store.state;
  // It was taken, only its answer was lost.
  if (studio.waiting?.id === batch) setStudio({ waiting: null });
  if (side !== "studio" || plan !== studio.plan) return;
  heard = Math.max(heard, revision);
  if (!studio.busy) catchUp();
}

/** Reads again when more was heard of than is shown. */
export function catchUp(): void {
  const known = openPlan(store.state)?.revision ?? 0;
  if (heard > known) loadPlans.follow();
  else if (store.state.studio.past) loadPast.follow();
}

/** The plan has another revision, as an answer said. */
export function revised(plan: string, revision: number): void {
  const { plans } = store.state.studio;
  setStudio({ plans: plans.map((one) => (one.id === plan ? { ...one, revision } : one)) });
}

const NOTHING_OPEN = {
  zone: null,
  tool: null,
  waiting: null,
  conflict: null,
  skipped: 0,
  left: 0,
  judgement: null,
  warnings: [],
  cut: null,
  took_ms: null,
  drawn: null,
  marked: null,
  past: null,
  beside: null,
  comparison: null,
  before: false,
  linked: false,
} as const;

export function choosePlan(plan: string | null): void {
  const known = store.state.studio.plans.find(({ id }) => id === plan);
  const layer =
    known?.layers.find(({ code }) => code === store.state.studio.layer) ?? known?.layers[0];
  const code = layer?.code ?? store.state.studio.layer;
  heard = 0;
  setStudio({ ...NOTHING_OPEN, warnings: [], plan, layer: code });
  if (plan) store.set({ zoneLayer: code });
  void loadFigures();
}

export function chooseLayer(layer: string): void {
  setStudio({ layer, zone: null, judgement: null, cut: null, marked: null, comparison: null });
  store.set({ zoneLayer: layer });
  void loadFigures();
}

/** A draft of one's own, from the plan that is open. */
export async function branch(name: string): Promise<void> {
  const { plan } = store.state.studio;
  if (!plan) return;
  const made = await api.branch({ id: uuidv7(), name, from: { plan } });
  setStudio({ plans: await api.plans() });
  choosePlan(made.id);
}

/** Who did what to the plan and why, and when which plan holds. */
export const loadPast = latest(async (signal) => {
  const plan = openPlan(store.state);
  if (!plan) return setStudio({ past: null });
  try {
    const [story, edits, force] = await Promise.all([
      api.planStory(plan.id, signal),
      api.planEdits(plan.id, Math.max(0, plan.revision - EDITS_LISTED), signal),
      api.zonesInForce(signal),
    ]);
    setStudio({ past: { ...story, edits: [...edits].reverse() }, force });
  } catch (error) {
    failed("failed_plans", error);
  }
});

/** Sends the plan on its way, or back. */
export async function setPlanState(state: PlanState, reason: string): Promise<void> {
  const { plan } = store.state.studio;
  if (!plan) return;
  try {
    await api.setPlanState(plan, state, reason);
    setStudio({ tool: null });
    await loadPlans();
  } catch (error) {
    failed("failed_write", error);
  }
  if (store.state.studio.past) await loadPast();
}

/** What is asked to lay the open plan beside another one. */
export function comparisonQuery({ studio }: Pick<State, "studio">): ComparisonQuery {
  const other = studio.beside?.with;
  return { layer: studio.layer, ...(other ? { with: other } : {}) };
}

export const loadComparison = latest(async (signal) => {
  const { plan, beside } = store.state.studio;
  if (!plan || !beside) return setStudio({ comparison: null, before: false });
  try {
    const comparison = await api.comparison(plan, comparisonQuery(store.state), signal);
    setStudio({ comparison });
  } catch (error) {
    if (isAbort(error)) return;
    failed("failed_plans", error);
    setStudio({ comparison: null, before: false });
  }
});

export function layBeside(beside: Studio["beside"]): void {
  const { linked } = store.state.studio;
  setStudio({ beside, comparison: null, before: false, linked: beside !== null && linked });
  void loadComparison();
}
