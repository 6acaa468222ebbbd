/**
 * What is done to a case: its steps, its flags, sending squads. Each order keeps its number until the
 * service has answered, so that one which is given again after a broken connection counts once.
 */
import { explain, incidentTold, loadStory, refreshAnswer } from "../actions";
import { api, Problem } from "../base/api";
import type {
  Act,
  Assignment,
  AssignmentDraft,
  AssignmentStatus,
  Incident,
  OwnershipOrder,
} from "../base/types";
import { uuidv7 } from "../base/uuid";
import { notify, type Refusal, store } from "../state";
import { assignmentTold } from "./queue";

/** Numbers of orders that nobody has answered yet, by the control that gave them. */
const numbers = new Map<string, string>();

/** Does it once at a time; the reason why not is shown, but for what `refused` takes. */
export async function once(
  key: string,
  order: (id: string) => Promise<void>,
  refused: (problem: Problem) => Promise<boolean> = async () => false,
): Promise<void> {
  if (store.state.doing.has(key)) return;
  const id = numbers.get(key) ?? uuidv7();
  numbers.set(key, id);
  store.set({ doing: new Set([...store.state.doing, key]) });
  try {
    await order(id);
    numbers.delete(key);
  } catch (error) {
    // An answer: what is ordered next is another order.
    if (error instanceof Problem && error.status >= 400 && error.status < 500) numbers.delete(key);
    if (!(error instanceof Problem && (await refused(error))))
      notify(explain("failed_write", error));
  } finally {
    store.set({ doing: new Set([...store.state.doing].filter((one) => one !== key)) });
  }
}

export const because = (reason: string | undefined) => (reason ? { reason } : {});

/** What only a judge orders, at a door of its own. */
function judgementOf(order: OwnershipOrder) {
  return typeof order === "object" && "judge" in order && order.judge;
}

function designatedIn(act: Act): string | null {
  const choice = typeof act === "object" && "decide" in act ? act.decide : null;
  return choice?.by === "designation" ? choice.area : null;
}

export function act(incident: string, act: Act, reason?: string): Promise<void> {
  const key = `act ${incident} ${JSON.stringify(act)} ${reason}`;
  return once(key, async (id) => {
    const judgement = typeof act === "object" && "own" in act && judgementOf(act.own);
    const area = designatedIn(act);
    const review = typeof act === "object" && "legal_review" in act ? act.legal_review : null;
    const after = judgement
      ? await api.judge(incident, { id, ...judgement, reason: reason ?? "" })
      : area
        ? await api.designate(incident, { id, area, reason: reason ?? "" })
        : review
          ? await api.review(incident, { id, result: review, ...because(reason) })
          : await api.act(incident, { id, act, ...because(reason) });
    incidentTold(incident, after);
  });
}

export function step(assignment: Assignment, to: AssignmentStatus, reason?: string): Promise<void> {
  return once(`step ${assignment.id} ${to} ${reason}`, async (id) => {
    assignmentTold(await api.step(assignment.id, { id, to, ...because(reason) }));
  });
}

/** Whoever is shown as for first response only is sent so. */
function forFirstResponse(squad: string): { first_response?: true } {
  const { nearest, advice } = store.state;
  const shown = [...(nearest?.squads ?? []), advice?.first_response].find(
    (one) => one?.squad.id === squad,
  );
  return shown?.competence === "first_response_only" ? { first_response: true } : {};
}

/** How a squad is sent where it is not simply free: for a reason. */
export type Otherwise = Pick<AssignmentDraft, "divert" | "relieves" | "reason">;

/** Sends a squad: one that is free, one that is sent elsewhere, or one that takes over. */
export function send(incident: Incident, squad: string, otherwise: Otherwise = {}): Promise<void> {
  store.set({ refusal: null });
  return once(
    sendKey(incident.id, squad),
    async (id) => {
      assignmentTold(
        await api.send(incident.id, { id, squad, ...otherwise, ...forFirstResponse(squad) }),
      );
      await loadStory();
      refreshAnswer();
    },
    async (problem) => {
      if (problem.status !== 409 || problem.field !== "squad") return false;
      store.set({ refusal: await refusalOf(squad, problem) });
      refreshAnswer();
      return true;
    },
  );
}

export const sendKey = (incident: string, squad: string) => `send ${incident} ${squad}`;

/** Who took the squad, and for what. */
async function refusalOf(squad: string, { message, nextBest }: Problem): Promise<Refusal> {
  const refusal = { squad, why: message, taken: null, nextBest: nextBest ?? null };
  try {
    const assignment = (await api.assignments()).find((one) => one.squad === squad);
    if (!assignment) return refusal;
    return { ...refusal, taken: { assignment, incident: await api.incident(assignment.incident) } };
  } catch {
    // The refusal itself says what is known.
    return refusal;
  }
}

/** Asks for the reason first, where one is needed. */
export function withReason(
  needed: boolean,
  key: string,
  title: string,
  go: (reason?: string) => Promise<void>,
): void {
  if (needed) store.set({ asking: { key, title, go } });
  else void go();
}
