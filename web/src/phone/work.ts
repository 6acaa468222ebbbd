/**
 * What the squad has to do: its assignments, the case of the one it is at, and the way there. The last answer
 * is kept in the browser, so that it is there where there is no network; what waits to be sent is counted in.
 */
import { api, isAbort, now, Problem } from "../base/api";
import { latest } from "../base/dom";
import type { Assignment, AssignmentStatus, Incident, LngLat, Place, Squad } from "../base/types";
import type { Outbox } from "./outbox";
import { askWay, type Way } from "./way";

export interface Work {
  /** When the service told it; null before it ever did. */
  told_at: string | null;
  squad: Squad | null;
  /** What it is sent for, and what waits for it. */
  assignments: Assignment[];
  incident: Incident | null;
  place: Place | null;
  way: Way | null;
}

export const NOTHING: Work = {
  told_at: null,
  squad: null,
  assignments: [],
  incident: null,
  place: null,
  way: null,
};

const keyOf = (squad: string) => `xunge.phone.work.${squad}`;

export function keptWork(squad: string): Work {
  try {
    return { ...NOTHING, ...(JSON.parse(localStorage.getItem(keyOf(squad)) ?? "") as Work) };
  } catch {
    return NOTHING;
  }
}

/** The one it is at; what is queued waits for its end. */
export function current({ assignments }: Work): Assignment | null {
  return assignments.find(({ status }) => status !== "queued") ?? null;
}

/** How far it is, with the steps that the service has not heard yet. */
export function stateOf(assignment: Assignment, { waiting }: Outbox): AssignmentStatus {
  const path = stepPath(assignment.id);
  const last = waiting.filter((done) => done.path === path).at(-1);
  return (last?.body as { to?: AssignmentStatus } | undefined)?.to ?? assignment.status;
}

export const stepPath = (assignment: string) =>
  `/assignments/${encodeURIComponent(assignment)}/steps`;

/** Where the squad is, as far as that is known: what its device says, else what the service was told last. */
export function whereabouts({ squad }: Work, device: LngLat | null): LngLat | null {
  return device ?? squad?.position ?? squad?.waits_at ?? null;
}

/** Asks for everything anew; `told` hears what is known then, `failed` why nothing is. */
export function follow(
  id: string,
  device: () => LngLat | null,
  told: (work: Work) => void,
  failed: (error: unknown) => void,
): () => void {
  const ask = latest(async (signal) => {
    try {
      const [squad, all] = await Promise.all([api.squad(id), api.assignments(signal)]);
      const assignments = all.filter((one) => one.squad === id);
      const before = keptWork(id);
      let work: Work = { ...NOTHING, told_at: now().toISOString(), squad, assignments };
      const sent = current(work);
      if (sent) {
        const incident = await api.incident(sent.incident);
        const same = before.incident?.id === incident.id && before.place;
        work = {
          ...work,
          incident,
          place: same || (await api.locate(incident, undefined, signal)),
        };
        const from = whereabouts(work, device());
        const way = from && (await askWay(squad.profile, from, incident, signal).catch(() => null));
        work.way = way ?? (same ? before.way : null);
      }
      if (signal.aborted) return;
      localStorage.setItem(keyOf(id), JSON.stringify(work));
      told(work);
    } catch (error) {
      if (!isAbort(error)) failed(error);
    }
  });
  return () => ask.follow();
}

export const isOffline = (error: unknown) => error instanceof Problem && error.status === 0;
