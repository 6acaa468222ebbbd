/**
 * Edits of the open plan: one after the other, each once. One that nobody answered is kept and sent again
 * under its own number; where others changed the same meanwhile, both wishes are shown.
 */
import { explain, failed } from "../actions";
import { api, Problem } from "../base/api";
import type { Along, PlanBatch, PlanBrush, PlanCommand, PlanEdit } from "../base/types";
import { uuidv7 } from "../base/uuid";
import { notify, store } from "../state";
import { catchUp, figuresDue, loadFigures, revised, setStudio } from "./plans";
import type { Stroke } from "./state";

/** An edit without an answer is tried again after this time. */
const AGAIN_MS = 5000;

/** Whether the service itself said no. */
const isAnswer = (error: unknown): error is Problem =>
  error instanceof Problem && error.status >= 400 && error.status < 500;

let turn: Promise<void> = Promise.resolve();

/** Strokes come faster than answers: each waits for the one before, and is of the plan it was drawn on. */
export function inTurn(what: (plan: string) => Promise<PlanBatch | null>): Promise<void> {
  const began_ms = performance.now();
  const { plan } = store.state.studio;
  if (!plan) return Promise.resolve();
  turn = turn.then(async () => {
    setStudio({ busy: true });
    try {
      const batch = await what(plan);
      if (!batch) return;
      figuresDue(began_ms, batch.revision);
      revised(plan, batch.revision);
      const skipped = batch.steps.reduce((sum, step) => sum + (step.skipped?.length ?? 0), 0);
      setStudio({ skipped, left: batch.left?.length ?? 0 });
      await loadFigures();
    } catch (error) {
      failed("failed_write", error);
    } finally {
      setStudio({ busy: false });
      catchUp();
    }
  });
  return turn;
}

let wake: (() => void) | null = null;

/** Until it is time to try again, somebody wants it, or nobody waits for the edit any more. */
function rest(edit: PlanEdit): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      end();
      wake = null;
      resolve();
    };
    const timer = setTimeout(done, AGAIN_MS);
    const end = store.watch(["studio"], ({ studio }) => studio.waiting !== edit && done());
    wake = done;
  });
}

/** Tries again at once. */
export const sendAgain = () => wake?.();

/** Sends an edit until it is answered or dropped; null where it is not taken, and why is in the state. */
async function deliver(plan: string, edit: PlanEdit): Promise<PlanBatch | null> {
  for (;;) {
    try {
      const batch = await api.edit(plan, edit);
      setStudio({ waiting: null, conflict: null });
      return batch;
    } catch (error) {
      if (isAnswer(error)) return refused(edit, error);
      setStudio({ waiting: edit });
      await rest(edit);
      if (store.state.studio.waiting !== edit) return null;
    }
  }
}

async function refused(edit: PlanEdit, problem: Problem): Promise<null> {
  setStudio({ waiting: null });
  if (problem.clashes) setStudio({ conflict: { edit, clashes: problem.clashes } });
  else notify(explain("failed_write", problem));
  // What others did is why: it is shown below both wishes.
  if (problem.status === 409) {
    setStudio({ plans: await api.plans() });
    await loadFigures();
  }
  return null;
}

/** Several commands of one stroke are taken together, and undone together. */
export function edit(...commands: PlanCommand[]): Promise<void> {
  return inTurn((plan) => {
    const seen = store.state.studio.plans.find(({ id }) => id === plan);
    return deliver(plan, { id: uuidv7(), on_revision: seen?.revision ?? 0, commands });
  });
}

/** Makes what was wished on the plan as it is now. */
export function insist(): Promise<void> {
  const { conflict } = store.state.studio;
  setStudio({ conflict: null });
  return conflict ? edit(...conflict.edit.commands) : Promise.resolve();
}

export const undo = () => inTurn((plan) => api.undo(plan, { id: uuidv7() }));
export const redo = () => inTurn((plan) => api.redo(plan, { id: uuidv7() }));

/** What is locked is passed over by what a hand draws. */
const how = { also: false, skip_locked: true };
const coordinates = (stroke: Stroke) =>
  stroke.map(({ lng, lat }): [number, number] => [Number(lng.toFixed(7)), Number(lat.toFixed(7))]);
const along = (stroke: Stroke): PlanBrush => ({
  stroke: { line: coordinates(stroke), radius_m: store.state.studio.radius_m },
});

/** What the tool in hand makes of a drag; of one place, what it does there. */
export async function draw(stroke: Stroke): Promise<void> {
  const { tool, zone, layer, fills } = store.state.studio;
  const [first, ...more] = stroke;
  if (!zone || !first) return;
  const of = { layer, zone };
  if (tool === "brush") return edit({ do: "paint", ...of, brush: along(stroke), how });
  if (tool === "erase") return edit({ do: "erase", ...of, brush: along(stroke) });
  if (tool === "lasso") {
    // Two places have nothing between them.
    if (more.length < 2) return;
    const ring = coordinates([...stroke, first]);
    const brush: PlanBrush = { polygon: { type: "Polygon", coordinates: [ring] } };
    return edit({ do: "paint", ...of, brush, how });
  }
  if (tool === "fill") {
    try {
      const place = await api.locate(first, undefined);
      const area = place[fills]?.code;
      if (area) await edit({ do: "take_area", ...of, area, how });
    } catch (error) {
      failed("failed_place", error);
    }
    return;
  }
  if (tool === "split" && more.length > 0) return split({ line: coordinates(stroke) });
}

/** Parts the chosen zone along a line: a drawn one, or every road of a name or number. */
export function split(along: Along): Promise<void> {
  const { zone, layer, newName, judgement } = store.state.studio;
  if (!zone) return Promise.resolve();
  const code = freeCode(judgement?.zones.map((one) => one.zone) ?? [], zone);
  const into = { code, name: newName.trim() || code };
  // A line parts once.
  setStudio({ newName: "", tool: null });
  return edit({ do: "split", layer, zone, along, into });
}

/** `E25` after `E24`: of the same letters, one more than the highest number. */
export function freeCode(taken: string[], like: string): string {
  const [, letters = like, digits = ""] = /^(.*?)(\d*)$/.exec(like) ?? [];
  const numbers = taken.flatMap((code) => {
    const rest = code.startsWith(letters) ? code.slice(letters.length) : "";
    return /^\d+$/.test(rest) ? [Number(rest)] : [];
  });
  return letters + String(Math.max(0, ...numbers) + 1).padStart(digits.length, "0");
}
