/** What events say about squads, put into the state: one change costs one squad, not all of them. */
import { loadCoverage, loadSquads, refreshAnswer } from "./actions";
import { now } from "./base/api";
import { gather } from "./base/dom";
import { onShift } from "./base/time";
import type { PositionFix, Squad, TurnedSquad } from "./base/types";
import { store } from "./state";

/** Several squads often change together; one refresh serves them. */
const CHANGE_REST_MS = 400;
/** An answer and live coverage follow what moves at this pace. */
const MOVE_REST_MS = 2500;

const followMoves = gather(() => {
  if (store.state.basis === "live") loadCoverage.follow();
  refreshAnswer();
}, MOVE_REST_MS);

const recount = gather(() => loadCoverage.follow(), CHANGE_REST_MS);

const shiftsOf = ({ shifts }: Squad) => shifts.map(({ days, from, to }) => [days, from, to]);
const same = (a: unknown[], b: unknown[]) => JSON.stringify(a) === JSON.stringify(b);

/** What decides how a squad at its post covers; its status is no part of it. */
function promiseOf(squad: Squad): unknown[] {
  const { profile, waits_at, turnout_s } = squad;
  return [profile, waits_at.lng, waits_at.lat, turnout_s, shiftsOf(squad)];
}

const hasPlannedPost = ({ post, waits_at }: Squad) =>
  post.lng !== waits_at.lng || post.lat !== waits_at.lat;

/** A squad was made or changed. The event tells of the present, which may not be the moment shown. */
export function squadChanged(told: Squad): void {
  const { squads, wall, basis, roster } = store.state;
  const before = squads.find(({ id }) => id === told.id);
  const squad: Squad = wall
    ? {
        ...told,
        on_shift: onShift(told.shifts, wall),
        state: before?.state ?? told.state,
        position: before?.position ?? null,
        // What the plan of the moment shown gives outweighs its own.
        waits_at: before && hasPlannedPost(before) ? before.waits_at : told.post,
      }
    : told;
  const next = before
    ? squads.map((one) => (one === before ? squad : one))
    : [...squads, squad].sort((a, b) => (a.id < b.id ? -1 : 1));
  const otherRoster = !before || !same(shiftsOf(before), shiftsOf(squad));
  store.set({ squads: next, ...(otherRoster ? { roster: roster + 1 } : {}) });
  if (basis === "live" || !before || !same(promiseOf(before), promiseOf(squad))) recount();
  refreshAnswer();
}

/** What the clock did is told of the present alone. */
export function squadsTurned(turned: TurnedSquad[]): void {
  if (store.state.wall) return;
  const byId = new Map(turned.map(({ squad, ...doing }) => [squad, doing]));
  const squads = store.state.squads.map((one) => ({ ...one, ...byId.get(one.id) }));
  store.set({ squads });
  if (store.state.basis === "live") recount();
  refreshAnswer();
}

export function feedSilent(positions_silent_since: string | null): void {
  const { status } = store.state;
  if (status) store.set({ status: { ...status, positions_silent_since } });
}

export function squadsMoved(fixes: PositionFix[]): void {
  const bySquad = new Map(fixes.map((fix) => [fix.squad, fix]));
  const max_age_s = store.state.status?.definition.fix_max_age_s ?? Number.POSITIVE_INFINITY;
  let known = 0;
  const squads = store.state.squads.map((squad) => {
    const fix = bySquad.get(squad.id);
    if (!fix) return squad;
    known += 1;
    const age_s = Math.max(0, Math.floor((now().getTime() - Date.parse(fix.fixed_at)) / 1000));
    return { ...squad, position: { ...fix, age_s, fresh: age_s <= max_age_s } };
  });
  if (known < bySquad.size) loadSquads.follow();
  store.set({ squads });
  followMoves();
}
