/**
 * The queue: open cases, what is due first. It is read page by page; an event changes one line of it.
 * What was reported since this browser looked last is marked until it is opened.
 */
import { explain, failed } from "../actions";
import { api, type IncidentQuery, isAbort, now } from "../base/api";
import { debounce, gather, latest } from "../base/dom";
import type { Assignment, Incident } from "../base/types";
import { type CaseFilter, type Cases, store } from "../state";

const PAGE = 50;
const AGAIN_MS = 5000;
/** Several cases often change together; one question serves them. */
const CHANGE_REST_MS = 400;
const SEEN_KEY = "xunge.cases.seen";
/** Who opened more should have marked all as seen. */
const OPENED_KEPT = 500;

const DAY_MS = 86_400_000;

/** By the minute: the same question has the same address for a while. */
function since(days: number): number {
  return Math.floor((now().getTime() - days * DAY_MS) / 60_000) * 60_000;
}

export function queryOf(filter: CaseFilter): IncidentQuery {
  const { status, matter, township, revisit, days, stuck } = filter;
  return {
    order: "due",
    ...(status === "any" ? {} : status ? { status } : { open: true }),
    ...(days ? { from: new Date(since(days)).toISOString() } : {}),
    ...(matter ? { matter } : {}),
    ...(township ? { township } : {}),
    ...(revisit ? { revisit } : {}),
    ...(stuck ? { stuck } : {}),
    limit: PAGE,
  };
}

function matches(incident: Incident, filter: CaseFilter): boolean {
  const { status, matter, township, revisit, days, stuck } = filter;
  return (
    (status ? status === "any" || incident.status === status : incident.open) &&
    (!days || Date.parse(incident.reported_at) >= since(days)) &&
    (!matter ||
      incident.matter === matter ||
      incident.further_matters?.includes(matter) === true) &&
    (!township || incident.township === township) &&
    (!revisit ||
      (revisit === "due" ? incident.rectification !== undefined : revisitOverdue(incident))) &&
    (!stuck || incident.stuck !== undefined)
  );
}

/** Until somebody has to be there, the first time or again; none where nobody has to come. */
export function dueAt({ due_at, open, milestones, rectification }: Incident): number | null {
  const arrival = due_at && !milestones?.arrived_at ? due_at : null;
  const due = [arrival, rectification?.due_at].flatMap((at) => (at ? [Date.parse(at)] : []));
  return open && due.length > 0 ? Math.min(...due) : null;
}

export const revisitOverdue = ({ rectification }: Incident) =>
  rectification !== undefined && Date.parse(rectification.due_at) <= now().getTime();

/** As the service orders them. */
function byDue(a: Incident, b: Incident): number {
  const [x, y] = [dueAt(a) ?? Number.POSITIVE_INFINITY, dueAt(b) ?? Number.POSITIVE_INFINITY];
  return x === y ? (a.id < b.id ? -1 : 1) : x - y;
}

export const afterOf = (next: string | null | undefined) =>
  next ? new URL(next, location.href).searchParams.get("after") : null;

/** Reads again what was read before, in as many lines. */
export const loadCases = latest(async (signal) => {
  const { caseFilter, cases } = store.state;
  const limit = Math.max(PAGE, Math.ceil((cases?.list.length ?? 0) / PAGE) * PAGE);
  try {
    const page = await api.incidents(
      { ...queryOf(caseFilter), limit: Math.min(limit, 1000) },
      signal,
    );
    show({ list: page.incidents, matched: page.number_matched, after: afterOf(page.next) });
    store.set({ casesProblem: null });
  } catch (error) {
    if (isAbort(error)) return;
    store.set({ casesProblem: explain("failed_cases", error) });
    casesAgain();
  }
});
const casesAgain = debounce(() => {
  if (store.state.casesProblem) void loadCases();
}, AGAIN_MS);
const recount = gather(() => loadCases.follow(), CHANGE_REST_MS);

export const loadMoreCases = latest(async (signal) => {
  const { caseFilter, cases } = store.state;
  if (!cases?.after) return;
  try {
    const page = await api.incidents({ ...queryOf(caseFilter), after: cases.after }, signal);
    if (store.state.caseFilter !== caseFilter) return;
    const known = new Set(page.incidents.map(({ id }) => id));
    const kept = (store.state.cases ?? cases).list.filter(({ id }) => !known.has(id));
    const list = [...kept, ...page.incidents];
    show({ list, matched: page.number_matched, after: afterOf(page.next) });
  } catch (error) {
    failed("failed_cases", error);
  }
});

export const loadSent = latest(async (signal) => {
  try {
    const all = await api.assignments(signal);
    store.set({ sent: new Map(all.map((one) => [one.id, one])) });
  } catch (error) {
    failed("failed_cases", error);
  }
});

export function filterCases(filter: Partial<CaseFilter>): void {
  store.set({ caseFilter: { ...store.state.caseFilter, ...filter }, cases: null });
  void loadCases();
}

/** A case was reported or has changed: its line comes, changes, moves or goes. */
export function caseTold(incident: Incident): void {
  const { cases, caseFilter } = store.state;
  if (!cases) return;
  const known = cases.list.some(({ id }) => id === incident.id);
  const rest = cases.list.filter(({ id }) => id !== incident.id);
  const last = cases.list.at(-1);
  const wanted = matches(incident, caseFilter);
  // It stands on a page that was not read, or did: only the service can count.
  if (!known && cases.after) recount();
  if (!wanted) {
    if (known) show({ ...cases, list: rest, matched: cases.matched - 1 });
    return;
  }
  if (cases.after && last && byDue(incident, last) > 0) {
    if (known) show({ ...cases, list: rest });
    return;
  }
  const at = rest.findIndex((one) => byDue(incident, one) < 0);
  const before = at < 0 ? rest : rest.slice(0, at);
  const list = [...before, incident, ...rest.slice(before.length)];
  show({ ...cases, list, matched: cases.matched + (known || cases.after ? 0 : 1) });
}

/** A squad was sent, or got farther. */
export function assignmentTold(assignment: Assignment): void {
  const sent = new Map(store.state.sent);
  if (assignment.ended_at) sent.delete(assignment.id);
  else sent.set(assignment.id, assignment);
  store.set({ sent });
}

/** What this browser has seen: everything received until `since`, and those that were opened. */
interface Seen {
  since: string;
  opened: string[];
}

function seen(): Seen {
  try {
    const kept = JSON.parse(localStorage.getItem(SEEN_KEY) ?? "") as Seen;
    if (kept.since && Array.isArray(kept.opened)) return kept;
  } catch {
    // Looks for the first time, or what was kept is of another kind.
  }
  const first = { since: now().toISOString(), opened: [] };
  localStorage.setItem(SEEN_KEY, JSON.stringify(first));
  return first;
}

function show(cases: Cases): void {
  const { since, opened } = seen();
  const known = new Set(opened);
  const selected = store.state.selection?.kind === "incident" ? store.state.selection.id : null;
  const fresh = ({ id, created_at }: Incident) =>
    Date.parse(created_at) > Date.parse(since) && !known.has(id) && id !== selected;
  store.set({ cases, unseen: new Set(cases.list.filter(fresh).map(({ id }) => id)) });
}

export function markAllSeen(): void {
  localStorage.setItem(SEEN_KEY, JSON.stringify({ since: now().toISOString(), opened: [] }));
  store.set({ unseen: new Set() });
}

/** Keeps what was opened. */
export function followSeen(): void {
  store.watch(["selection"], ({ selection }) => {
    if (selection?.kind !== "incident") return;
    const { since, opened } = seen();
    if (opened.includes(selection.id)) return;
    const kept = [...opened, selection.id].slice(-OPENED_KEPT);
    localStorage.setItem(SEEN_KEY, JSON.stringify({ since, opened: kept }));
  });
}
