/**
 * What changes by the clock alone, without any event, while the page follows the present: shifts
 * and slots begin and end, positions grow old, and with them the open answer.
 */
import { refreshAnswer, refreshRoads, refreshSquads } from "./actions";
import { now } from "./base/api";
import { onShift, type Wall, wallOf } from "./base/time";
import type { Squad } from "./base/types";
import { store, timeZone } from "./state";

const TICK_MS = 5000;
/** An open answer tells how old positions are: it is asked for again after this time. */
const ANSWER_AGE_MS = 30_000;

interface Moment {
  at: Date;
  wall: Wall;
}

function turned({ shifts, position }: Squad, before: Moment, then: Moment): boolean {
  if (onShift(shifts, before.wall) !== onShift(shifts, then.wall)) return true;
  const max_age_s = store.state.status?.definition.fix_max_age_s;
  if (!position || max_age_s === undefined) return false;
  const old_ms = Date.parse(position.fixed_at) + max_age_s * 1000;
  return before.at.getTime() <= old_ms && old_ms < then.at.getTime();
}

/** The first slot that covers the moment holds, as the service has it. */
function slotAt({ wall }: Moment): string | undefined {
  return store.state.slots.find(({ windows }) => onShift(windows, wall))?.name;
}

export function followPresent(): void {
  const moment = (): Moment => ({ at: now(), wall: wallOf(now(), timeZone()) });
  let before = moment();
  window.setInterval(() => {
    const then = moment();
    const { wall, lostAt, squads, nearestAt } = store.state;
    if (!wall && !lostAt) {
      if (squads.some((squad) => turned(squad, before, then))) refreshSquads();
      if (slotAt(before) !== slotAt(then)) refreshRoads();
      if (nearestAt && then.at.getTime() - nearestAt.getTime() > ANSWER_AGE_MS) refreshAnswer();
    }
    before = then;
  }, TICK_MS);
}
