import { type Child, fill, h } from "../base/dom";
import type { Scope } from "../panel/scope";
import type { State } from "../state";

/** A part of the studio, drawn anew only when something of what it shows is other: what is typed stays. */
export function part(
  scope: Scope,
  seen: (state: State) => unknown[],
  draw: (state: State) => Child,
  keys: (keyof State)[] = ["studio", "session"],
): HTMLElement {
  const box = h("div");
  let last: unknown[] | null = null;
  scope.draw(keys, (state) => {
    const now = seen(state);
    if (last && now.every((one, i) => one === last?.[i])) return;
    last = now;
    fill(box, draw(state));
  });
  return box;
}
