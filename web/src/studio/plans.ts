/**
 * The plan that is open in the studio: chosen, branched, painted, undone. The service keeps every edit; what is
 * shown is asked anew after each, and when somebody else edits.
 */
import { explain, failed } from "../actions";
import { api, isAbort, Problem } from "../base/api";
import { latest } from "../base/dom";
import type { LngLat, PlanBrush } from "../base/types";
import { uuidv7 } from "../base/uuid";
import { notify, type State, store } from "../state";
import { t } from "../text";

/** The service takes so many commands at once. */
const STROKE_MAX = 1000;

type Studio = State["studio"];

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
  } catch (error) {
    failed("failed_plans", error);
  }
});

/** The last edit, until its figures are there: an event may have asked for them first. */
let stroke: { began_ms: number; revision: number } | null = null;

export const loadFigures = latest(async (signal) => {
  const { plan, layer } = store.state.studio;
  if (!plan) return setStudio({ judgement: null });
  try {
    const judgement = await api.judgement(plan, layer, signal);
    setStudio({ judgement });
    if (!stroke || judgement.plan.revision < stroke.revision) return;
    setStudio({ took_ms: Math.round(performance.now() - stroke.began_ms) });
    stroke = null;
  } catch (error) {
    if (!isAbort(error)) failed("failed_plans", error);
  }
});

export function choosePlan(plan: string | null): void {
  const known = store.state.studio.plans.find(({ id }) => id === plan);
  const layer =
    known?.layers.find(({ code }) => code === store.state.studio.layer) ?? known?.layers[0];
  const code = layer?.code ?? store.state.studio.layer;
  setStudio({ plan, layer: code, zone: null, brush: false, judgement: null, took_ms: null });
  if (plan) store.set({ zoneLayer: code });
  void loadFigures();
}

export function chooseLayer(layer: string): void {
  setStudio({ layer, zone: null, judgement: null });
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

/** Does something to the plan, then shows what came of it. */
async function edit(what: (plan: string) => Promise<unknown>): Promise<void> {
  const { plan, busy } = store.state.studio;
  if (!plan || busy) return;
  const began_ms = performance.now();
  setStudio({ busy: true });
  try {
    await what(plan);
  } catch (error) {
    const clash = error instanceof Problem && error.status === 409;
    notify(clash ? `${t("studio_clash")} ${error.message}` : explain("failed_write", error));
  }
  try {
    setStudio({ plans: await api.plans() });
    const revision = openPlan(store.state as State)?.revision;
    if (revision !== undefined) stroke = { began_ms, revision };
    await loadFigures();
  } catch (error) {
    failed("failed_plans", error);
  } finally {
    setStudio({ busy: false });
  }
}

/** One stroke is one edit: it is taken whole, and undone whole. */
export function paint(stroke: LngLat[]): Promise<void> {
  const { zone, layer, radius_m } = store.state.studio;
  const revision = openPlan(store.state as State)?.revision;
  if (!zone || revision === undefined || stroke.length === 0) return Promise.resolve();
  const brush = ({ lng, lat }: LngLat): PlanBrush => ({
    circle: { centre: { lng, lat }, radius_m },
  });
  const commands = stroke
    .slice(0, STROKE_MAX)
    .map((at) => ({ do: "paint" as const, layer, zone, brush: brush(at) }));
  return edit((plan) => api.edit(plan, { id: uuidv7(), on_revision: revision, commands }));
}

export const undo = () => edit((plan) => api.undo(plan, { id: uuidv7() }));
export const redo = () => edit((plan) => api.redo(plan, { id: uuidv7() }));
