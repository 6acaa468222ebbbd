/** The sheet of shift handovers: former ones beside what is handed over now, or the one that is looked at. */
import "./handovers.css";
import { type Child, fill, h } from "../base/dom";
import type { ShiftHandover } from "../base/types";
import { TICK_MS } from "../incidents/clock";
import type { Scope } from "../panel/scope";
import { type State, store, timeZone } from "../state";
import { moment, number, t } from "../text";
import {
  closeSheet,
  isLate,
  loadEarlier,
  openSheet,
  partOf,
  prepare,
  showHandover,
} from "./handovers";
import { nextPart } from "./next";
import { openList } from "./open";
import { shownPart } from "./shown";
import type { Handing } from "./state";

function stateText(one: ShiftHandover): string {
  if (one.accepted) return t("handover_accepted");
  if (!one.accept_by) return t("handover_waits_ever");
  const at = moment(one.accept_by, timeZone());
  return t(isLate(one) ? "handover_late" : "handover_waits", { at });
}

function line(one: ShiftHandover, current: boolean): HTMLElement {
  return h(
    "li",
    { "data-id": one.id, "data-overdue": isLate(one), "data-accepted": Boolean(one.accepted) },
    h(
      "button.item",
      {
        type: "button",
        "data-key": `handover-${one.id}`,
        "aria-current": current && "true",
        onclick: () => showHandover(one.id),
      },
      h("b", {}, moment(one.at, timeZone())),
      h("small", {}, partOf(one), " · ", t("handover_open_n", { n: number(one.counts.incidents) })),
      h("small.left", {}, stateText(one)),
    ),
  );
}

function former({ former, shown, after, area }: Handing): Child[] {
  return [
    h(
      "button.wide",
      {
        type: "button",
        id: "handover-new",
        "data-key": "handover-new",
        "aria-pressed": String(!shown),
        onclick: () => prepare(area),
      },
      t("handover_new"),
    ),
    h(
      "ul.items",
      { "aria-label": t("handovers_list") },
      former.map((one) => line(one, one.id === shown?.id)),
    ),
    after !== null &&
      h(
        "button.quiet",
        { type: "button", "data-key": "handovers-more", onclick: () => void loadEarlier() },
        t("handover_more"),
      ),
  ];
}

/** Draws again where what it looks at is something else: what is typed elsewhere stays. */
function follow<T>(scope: Scope, look: (handing: Handing) => T, draw: (handing: Handing) => void) {
  let last: T | undefined;
  scope.draw(["handing"], ({ handing }) => {
    const seen = handing ? look(handing) : undefined;
    if (seen === last) return;
    last = seen;
    if (handing) draw(handing);
  });
}

function content(scope: Scope): HTMLElement {
  const [list, note, main] = [h("nav", { "aria-label": t("handovers_list") }), h("div"), h("div")];
  const drawList = ({ handing }: State) => handing && fill(list, former(handing));
  scope.draw(["handing", "names"], drawList);
  const ticking = window.setInterval(() => drawList(store.state as State), TICK_MS);
  scope.onEnd(() => clearInterval(ticking));
  follow(
    scope,
    ({ problem }) => problem,
    ({ problem }) => fill(note, problem && h("p.problem", { role: "alert" }, problem)),
  );
  const open = h("div", { id: "handover-open" });
  follow(
    scope,
    (handing) => handing.open,
    (handing) =>
      fill(open, handing.open ? openList(handing.open) : h("p.loading", {}, t("loading"))),
  );
  follow(
    scope,
    ({ shown }) => shown,
    ({ shown }) => {
      const { activeElement } = document;
      const lost = main.contains(activeElement) || activeElement === document.body;
      fill(main, shown ? shownPart(shown) : nextPart(open));
      // Who pressed a button that is gone goes on at what came of it.
      if (lost) main.querySelector("h3")?.focus();
    },
  );
  return h("div.handovers-body", {}, list, h("div.handovers-main", {}, note, main));
}

export function handoverSheet(scope: Scope): HTMLElement {
  const dialog = h(
    "dialog.handovers",
    {
      id: "handovers",
      "aria-labelledby": "handovers-title",
      onclose: closeSheet,
      // Elsewhere the key lets go of what is selected.
      onkeydown: (event: KeyboardEvent) => event.key === "Escape" && event.stopPropagation(),
    },
    h(
      "div.handovers-head",
      {},
      h("h2", { id: "handovers-title" }, t("handovers")),
      h(
        "button.close",
        { type: "button", "aria-label": t("close"), onclick: () => dialog.close() },
        "×",
      ),
    ),
    content(scope),
  );
  scope.draw(["handing"], ({ handing }) => {
    if (Boolean(handing) === dialog.open) return;
    if (handing) queueMicrotask(() => dialog.isConnected && !dialog.open && dialog.showModal());
    else dialog.close();
  });
  return dialog;
}

/** Opens the sheet, and says how many wait. */
export function handoverButton(scope: Scope): HTMLElement {
  const button = h("button", { type: "button", id: "open-handovers", onclick: openSheet });
  scope.draw(["handovers"], ({ handovers }) => {
    const n = handovers.length;
    button.textContent = n > 0 ? t("handovers_wait", { n: number(n) }) : t("handovers");
  });
  return button;
}
