/** The card of a call that says only an address: where it may be, and what is done once somebody knows. */
import { fill, h } from "../base/dom";
import type { Found, HeldCall, ShownCall } from "../base/types";
import { found } from "../find/row";
import { caseAge, TICK_MS } from "../incidents/clock";
import { matterName } from "../incidents/facts";
import { openNear, repeatsNear } from "../incidents/near";
import { reporterOf } from "../incidents/reporter";
import { fact } from "../panel/place";
import type { Go, Scope } from "../panel/scope";
import { may, nameOfCode, type State, store, timeZone } from "../state";
import { moment, t, word } from "../text";
import { drop, leftToLocate_s, locate, locateText } from "./calls";

function about(call: HeldCall): HTMLElement {
  const fallen = call.state === "dropped" && call.ended?.reason;
  return h(
    "section",
    { id: "call", "data-id": call.id, "data-state": call.state },
    h("h3", {}, t("call")),
    h("p.said", {}, call.address),
    fallen && h("p.warning", {}, t("call_ended_dropped", { reason: fallen })),
    h(
      "dl.facts",
      {},
      fact(t("matter"), matterName(call.matter)),
      fact(t("urgency"), word("urgency", call.urgency)),
      fact(t("reported_at"), moment(call.reported_at, timeZone())),
      call.area ? fact(t("township"), nameOfCode(call.area)) : "",
      call.description ? fact(t("description"), call.description) : "",
    ),
  );
}

function candidate(one: Found, n: number, go: Go): HTMLElement {
  const propose = () => {
    store.set({ callAt: one.at });
    go.toPoint(one.at);
  };
  return h(
    "li",
    {},
    h(
      "button.item.candidate",
      { type: "button", "data-key": `candidate-${n}`, "data-kind": one.kind, onclick: propose },
      found(one),
    ),
  );
}

function candidates({ candidates }: ShownCall, go: Go): HTMLElement {
  return h(
    "section",
    { id: "call-candidates" },
    h("h3", {}, t("call_candidates")),
    candidates.length === 0 && h("p.hint", {}, t("call_candidates_none")),
    h(
      "ul.items",
      {},
      candidates.map((one, n) => candidate(one, n, go)),
    ),
    h("p.hint", {}, t("call_candidates_hint")),
  );
}

/** Where somebody proposed that it is, and what is open there already. */
function proposal(call: HeldCall, { callAt, doing }: State): HTMLElement | null {
  if (!callAt) return null;
  const repeats = repeatsNear(callAt, call.reported_at);
  void repeats.of(call.matter ?? "");
  return h(
    "section",
    { id: "call-place" },
    h("h3", {}, t("call_proposed")),
    h("p", {}, h("code", {}, `${callAt.lat.toFixed(5)}, ${callAt.lng.toFixed(5)}`)),
    openNear(callAt),
    repeats.note,
    h(
      "button.primary.wide",
      {
        type: "button",
        id: "locate-here",
        "data-key": "locate-here",
        disabled: doing.has(`locate ${call.id}`),
        onclick: () => void locate(call),
      },
      t("call_locate_here"),
    ),
  );
}

function dropForm(call: HeldCall): HTMLElement {
  const input = h("input", {
    id: "drop-reason",
    type: "text",
    maxlength: 500,
    autocomplete: "off",
    required: true,
  });
  return h(
    "details",
    { id: "call-drop" },
    h("summary", {}, t("call_drop")),
    h(
      "form.report",
      {
        onsubmit: (event: Event) => {
          event.preventDefault();
          if (input.value.trim()) void drop(call, input.value.trim());
        },
      },
      h("label", { for: "drop-reason" }, t("call_drop_why")),
      input,
      h("button", { type: "submit" }, t("call_drop_now")),
    ),
  );
}

export function callCard(scope: Scope, go: Go): HTMLElement {
  const [facts, clock, where, here] = [h("div"), h("p.case-clock"), h("div"), h("div")];
  const [who, end] = [h("div"), h("div")];
  const card = h("div", { id: "call-card" }, facts, clock, who, where, here, end);
  const open = ({ selection, call }: State) =>
    selection?.kind === "call" && call?.id === selection.id ? call : null;
  const held = (state: State) => {
    const call = open(state);
    return call?.state === "held" && may("dispatch", state) ? call : null;
  };
  scope.draw(["selection", "call", "names", "matters"], (state) => {
    const call = open(state);
    card.hidden = !call;
    fill(facts, call && about(call));
    fill(where, call?.state === "held" && candidates(call, go));
  });
  const tick = () => {
    const call = open(store.state as State);
    if (!call) return;
    clock.textContent = [locateText(call), caseAge(call)].filter(Boolean).join(" · ");
    clock.toggleAttribute("data-overdue", (leftToLocate_s(call) ?? 0) < 0);
  };
  scope.draw(["selection", "call"], tick);
  const ticking = window.setInterval(tick, TICK_MS);
  scope.onEnd(() => clearInterval(ticking));
  scope.draw(["selection", "call", "callAt", "doing", "session"], (state) => {
    const call = held(state);
    fill(here, call && proposal(call, state));
  });
  scope.draw(["selection", "call", "session"], (state) => {
    const call = held(state);
    fill(end, call && dropForm(call));
    const known = open(state);
    const readable = known && known.state !== "located" && may("read_personal", state);
    fill(who, readable && reporterOf("calls", known.id));
  });
  return card;
}
