/** What the wall says in numbers: asked for again when something happens, and by the clock. */
import { failed } from "../actions";
import { api, now } from "../base/api";
import { latest } from "../base/dom";
import { instantOf, wallOf } from "../base/time";
import type { ArrivalKpis, Incident } from "../base/types";
import { dueAt } from "../incidents/queue";
import { timeZone } from "../state";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** Of more open cases than these the first that are due are looked at. */
const CASES = 1000;

/** Arrivals of a period: how many were due, how many in time, and how long the middle one took. */
export interface Response {
  due: number;
  on_time: number;
  p50_s: number | null;
}

export interface Township {
  code: string;
  open: number;
  overdue: number;
  week: Response;
}

export interface Figures {
  open: number;
  overdue: number;
  /** Reported since midnight. */
  today: number;
  response: Response;
  /** The same day a week ago, until the same time. */
  before: Response;
  townships: Township[];
  /** Open ones, what is due first. */
  cases: Incident[];
}

const NONE: Response = { due: 0, on_time: 0, p50_s: null };

/** Of all that was due in the county. */
export function whole({ groups }: ArrivalKpis): Response {
  const sum = (of: "due" | "on_time") => groups.reduce((all, group) => all + group[of], 0);
  // A median of several counties is not told by theirs.
  return {
    due: sum("due"),
    on_time: sum("on_time"),
    p50_s: groups.length === 1 ? (groups[0]?.p50_s ?? null) : null,
  };
}

function isOverdue(incident: Incident): boolean {
  const due = dueAt(incident);
  return due !== null && due < now().getTime();
}

function byTownship(cases: Incident[], week: ArrivalKpis): Township[] {
  const known = new Map<string, Township>();
  const of = (code: string) => {
    const one = known.get(code) ?? { code, open: 0, overdue: 0, week: NONE };
    known.set(code, one);
    return one;
  };
  for (const { group, due, on_time, p50_s } of week.groups) {
    if (group) of(group).week = { due, on_time, p50_s };
  }
  for (const one of cases) {
    if (!one.township) continue;
    const its = of(one.township);
    its.open += 1;
    if (isOverdue(one)) its.overdue += 1;
  }
  const late = ({ week: { due, on_time } }: Township) => (due > 0 ? 1 - on_time / due : 0);
  return [...known.values()].sort(
    (a, b) =>
      b.overdue - a.overdue || b.open - a.open || late(b) - late(a) || (a.code < b.code ? -1 : 1),
  );
}

/** `told` hears the figures whenever they were asked. */
export function figures(told: (figures: Figures) => void): () => void {
  const ask = latest(async (signal) => {
    const present = now();
    const midnight = instantOf({ date: wallOf(present, timeZone()).date, minute: 0 }, timeZone());
    const ago = (date: Date) => new Date(date.getTime() - WEEK_MS);
    const first = { order: "newest", from: midnight.toISOString(), limit: 1 } as const;
    try {
      const [due, today, response, before, week] = await Promise.all([
        api.incidents({ order: "due", open: true, limit: CASES }, signal),
        api.incidents(first, signal),
        api.arrivalKpis(midnight, present, "county", signal),
        api.arrivalKpis(ago(midnight), ago(present), "county", signal),
        api.arrivalKpis(ago(present), present, "township", signal),
      ]);
      const cases = due.incidents;
      told({
        open: due.number_matched,
        overdue: cases.filter(isOverdue).length,
        today: today.number_matched,
        response: whole(response),
        before: whole(before),
        townships: byTownship(cases, week),
        cases,
      });
    } catch (error) {
      failed("failed_cases", error);
    }
  });
  return () => ask.follow();
}
