/** Puts the parts together. Wide: columns around the map. Narrow: a bottom sheet with two tabs over it. */
import { fill, h } from "../base/dom";
import { dataPanel } from "../data/panel";
import { handoverSheet } from "../handovers/sheet";
import { casesPanel } from "../incidents/queue-panel";
import { powersPanel } from "../responsibility/audit";
import { type State, store } from "../state";
import { studioPanel } from "../studio/panel";
import { clauses, number, t } from "../text";
import { alarms } from "./alarms";
import { controls } from "./controls";
import { disruptions } from "./disruptions";
import { header } from "./header";
import { legend } from "./legend";
import { login } from "./login";
import type { Go, Scope } from "./scope";
import { selectionPanel } from "./selection";
import { summary } from "./summary";

const SHEET_SIZES = ["peek", "half", "full"];

function notices(scope: Scope): HTMLElement {
  const box = h("div.notices", { role: "alert" });
  scope.draw(["notices"], ({ notices }) =>
    fill(
      box,
      notices.map(({ id, text }) =>
        h(
          "p",
          {},
          text,
          h(
            "button.close",
            {
              type: "button",
              "aria-label": t("close"),
              onclick: () =>
                store.set({ notices: store.state.notices.filter((one) => one.id !== id) }),
            },
            "×",
          ),
        ),
      ),
    ),
  );
  return box;
}

function attribution(scope: Scope): HTMLElement {
  const line = h("p.attribution");
  scope.draw(["status"], ({ status }) => {
    line.textContent = clauses(status?.attribution ?? []) || t("made_up_map");
  });
  return line;
}

/** A service may run on roads alone; then only their map and travel times are there. */
function emptyNote(scope: Scope): HTMLElement {
  const note = h("div");
  scope.draw(["status"], ({ status }) =>
    fill(
      note,
      status &&
        !status.county &&
        h("p.warning", {}, h("b", {}, t("empty_title")), h("br"), t("empty_hint")),
    ),
  );
  return note;
}

function tabs(scope: Scope, sheet: HTMLElement): HTMLElement {
  const choose = (one: State["side"] | "place") => () => {
    store.set(one === "place" ? { tab: "place" } : { tab: "side", side: one });
    if (sheet.dataset.size === "peek") sheet.dataset.size = "half";
  };
  const buttons = (["cases", "coverage", "powers", "studio", "data", "place"] as const).map(
    (one) => {
      const button = h(
        "button",
        { type: "button", "data-tab": one, onclick: choose(one) },
        t(`tab_${one}`),
      );
      const shown = ({ tab, side }: State) => (tab === "place" ? "place" : side);
      scope.draw(["tab", "side"], (state) =>
        button.setAttribute("aria-pressed", String(shown(state) === one)),
      );
      return button;
    },
  );
  const handle = h("button.handle", {
    type: "button",
    "aria-label": t("sheet_toggle"),
    onclick: () => {
      const next = (SHEET_SIZES.indexOf(sheet.dataset.size ?? "half") + 1) % SHEET_SIZES.length;
      sheet.dataset.size = SHEET_SIZES[next];
    },
  });
  return h("div.tabs", {}, handle, h("div.segments", { role: "group" }, buttons));
}

/** On wide screens: what stands beside the map. */
function sides(scope: Scope): HTMLElement {
  const buttons = (["cases", "coverage", "powers", "studio", "data"] as const).map((side) => {
    const button = h("button", {
      type: "button",
      "data-side": side,
      onclick: () => store.set({ side, tab: "side" }),
    });
    scope.draw(["side", "cases"], (state) => {
      button.setAttribute("aria-pressed", String(state.side === side));
      const many = side === "cases" && state.cases ? ` ${number(state.cases.matched)}` : "";
      button.textContent = t(`tab_${side}`) + many;
    });
    return button;
  });
  return h("div.sides", {}, h("div.segments", { role: "group" }, buttons));
}

export function mountShell(root: HTMLElement, map: HTMLElement, go: Go, scope: Scope): void {
  const sheet = h("div.sheet", { "data-size": "half" });
  sheet.append(
    tabs(scope, sheet),
    h(
      "div.side",
      {},
      sides(scope),
      casesPanel(scope, go),
      h(
        "aside.coverage",
        { id: "coverage-panel", "aria-label": t("tab_coverage") },
        emptyNote(scope),
        controls(scope),
        disruptions(scope, go),
        summary(scope, go),
      ),
      powersPanel(scope, go),
      studioPanel(scope, go),
      dataPanel(scope, go),
    ),
    selectionPanel(scope, go),
  );
  scope.draw(["tab", "side"], ({ tab, side }) => {
    sheet.dataset.tab = tab;
    sheet.dataset.side = side;
  });
  map.setAttribute("aria-label", t("map_label"));
  root.replaceChildren(
    h(
      "a.skip",
      {
        href: "#map",
        onclick: (event: Event) => {
          event.preventDefault();
          go.toMap();
        },
      },
      t("skip_to_map"),
    ),
    header(scope, go),
    h("main", {}, h("div.stage", {}, map, legend(scope), attribution(scope), alarms(scope)), sheet),
    notices(scope),
    login(scope),
    handoverSheet(scope),
  );
}
