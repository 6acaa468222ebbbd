/** The clock of a case: how old it is, and how long until somebody has to be there. */
import { now } from "../base/api";
import type { Incident } from "../base/types";
import { age, t } from "../text";
import { dueAt } from "./queue";

/** Whole minutes are told; they turn soon enough at this pace. */
export const TICK_MS = 5000;

export interface Left {
  text: string;
  overdue: boolean;
}

/** Until somebody has to be there, or how much too late it is; null where nobody has to come any more. */
export function timeLeft(incident: Incident): Left | null {
  const due = dueAt(incident);
  if (due === null) return null;
  const left_s = Math.round((due - now().getTime()) / 1000);
  const overdue = left_s < 0;
  return { overdue, text: t(overdue ? "overdue_by" : "time_left", { age: age(Math.abs(left_s)) }) };
}

export function caseAge({ reported_at }: Pick<Incident, "reported_at">): string {
  const old_s = Math.max(0, (now().getTime() - Date.parse(reported_at)) / 1000);
  return t("reported_ago", { age: age(old_s) });
}

/** How much later than its limit somebody was there, seconds; 0 where it was in time. */
export function lateBy_s({ due_at, milestones }: Incident): number {
  const arrived = milestones?.arrived_at;
  if (!due_at || !arrived) return 0;
  return Math.max(0, (Date.parse(arrived) - Date.parse(due_at)) / 1000);
}
