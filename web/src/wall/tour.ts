/** The tour: the map goes from one open case to the next, what is due first, and back to the whole county. */
import type { Incident } from "../base/types";

const STEP_MS = 12_000;
const CASES = 6;

export interface Tour {
  /** Which cases it goes to from now on. */
  follow(cases: Incident[]): void;
  running(): boolean;
  toggle(): void;
}

/** `go` shows a case, or the county for null. */
export function startTour(go: (incident: Incident | null) => void, running: boolean): Tour {
  let cases: Incident[] = [];
  let at = -1;
  let timer = 0;
  const step = () => {
    at = at + 1 >= Math.min(cases.length, CASES) ? -1 : at + 1;
    go(cases[at] ?? null);
  };
  const run = (on: boolean) => {
    clearInterval(timer);
    timer = on ? window.setInterval(step, STEP_MS) : 0;
  };
  run(running);
  return {
    follow(next) {
      cases = next;
    },
    running: () => timer !== 0,
    toggle() {
      const on = timer === 0;
      run(on);
      if (on) step();
    },
  };
}
