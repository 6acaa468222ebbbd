/** What stands over the map until it is no longer so. */

import { h } from "../base/dom";
import { secondsText } from "../base/time";
import { isOverdue } from "../calls/list";
import { isLate } from "../handovers/handovers";
import { TICK_MS } from "../incidents/clock";
import { type State, store, timeZone } from "../state";
import { moment, number, type Text, t } from "../text";
import type { Scope } from "./scope";

/** Said once for each text, however often it is looked. */
function alarm(
  scope: Scope,
  id: string,
  keys: (keyof State)[],
  say: (state: State) => string,
): HTMLElement {
  const note = h("p.alarm", { id: `alarm-${id}`, role: "alert" });
  const draw = () => {
    const text = say(store.state as State);
    if (note.textContent !== text) note.textContent = text;
  };
  scope.draw(keys, draw);
  const ticking = window.setInterval(draw, TICK_MS);
  scope.onEnd(() => clearInterval(ticking));
  return note;
}

const counted = (text: Text, n: number) => (n > 0 ? t(text, { n: number(n) }) : "");

/** While no event arrives, everything around it is greyed: see style.css. */
function offlineNote(scope: Scope): HTMLElement {
  const note = h("p.offline", { role: "status" });
  scope.draw(["lostAt", "status"], ({ lostAt }) => {
    document.documentElement.toggleAttribute("data-offline", lostAt !== null);
    note.textContent = lostAt ? t("shown_from", { time: secondsText(lostAt, timeZone()) }) : "";
  });
  return note;
}

export function alarms(scope: Scope): HTMLElement {
  return h(
    "div.alarms",
    {},
    offlineNote(scope),
    // No position comes in any more: squads stand where they were, and nobody sees it.
    alarm(scope, "positions", ["lostAt", "status"], ({ lostAt, status }) => {
      const since = lostAt ? null : status?.positions_silent_since;
      return since ? t("feed_silent", { moment: moment(since, timeZone()) }) : "";
    }),
    alarm(scope, "calls", ["calls"], ({ calls }) =>
      counted("calls_overdue_alarm", calls.filter(isOverdue).length),
    ),
    alarm(scope, "stuck", ["status"], ({ status }) =>
      counted("stuck_alarm", status?.counts.incidents_stuck ?? 0),
    ),
    alarm(scope, "handovers", ["handovers"], ({ handovers }) =>
      counted("handovers_late_alarm", handovers.filter(isLate).length),
    ),
  );
}
