/** Calls that wait for their place, above the queue. */
import { fill, h } from "../base/dom";
import type { HeldCall } from "../base/types";
import { caseAge, TICK_MS } from "../incidents/clock";
import { matterName } from "../incidents/facts";
import type { Scope } from "../panel/scope";
import { may, type State, store } from "../state";
import { number, t, word } from "../text";
import { leftToLocate_s, locateText, selectCall, takeCall } from "./calls";

export const isOverdue = (call: HeldCall) => (leftToLocate_s(call) ?? 0) < 0;

function line(call: HeldCall, selected: boolean): HTMLElement {
  return h(
    "li",
    { "data-id": call.id, "data-overdue": isOverdue(call) },
    h(
      "button.item.case",
      {
        type: "button",
        "data-key": `call-${call.id}`,
        "aria-current": selected && "true",
        onclick: () => selectCall(call.id),
      },
      h(
        "span",
        {},
        h("span.badge", { "data-urgency": call.urgency }, word("urgency", call.urgency)),
        " ",
        h("span.matter", {}, call.address),
      ),
      h("b.left", {}, locateText(call)),
      h("small", {}, matterName(call.matter), " · ", h("span", {}, caseAge(call))),
    ),
  );
}

/** What the reader sees of them: the list, and who may take a call the button for it. */
export function heldCalls(scope: Scope): HTMLElement {
  const body = h("div.calls");
  const draw = ({ calls, selection, session }: State) => {
    const open = selection?.kind === "call" ? selection.id : null;
    fill(
      body,
      may("report", { session }) &&
        h(
          "button.wide",
          { type: "button", id: "take-call", "data-key": "take-call", onclick: takeCall },
          t("call_new"),
        ),
      calls.length > 0 && [
        h("h3", {}, t("calls_held"), " ", h("span.count", {}, number(calls.length))),
        h(
          "ul.items",
          { id: "calls-list", "aria-label": t("calls_held") },
          calls.map((call) => line(call, call.id === open)),
        ),
      ],
    );
  };
  scope.draw(["calls", "selection", "session", "matters"], draw);
  const ticking = window.setInterval(() => draw(store.state as State), TICK_MS);
  scope.onEnd(() => clearInterval(ticking));
  return body;
}
