/** The panel about whatever was clicked: a place, a squad or an incident. */
import { clearSelection, selectPlace } from "../actions";
import { fill, h } from "../base/dom";
import { type State, store } from "../state";
import { t } from "../text";
import { closureForm } from "./closure";
import { incidentCard } from "./incident";
import { whoComes, whoIsHere } from "./place";
import { reportForm } from "./report";
import type { Scope } from "./scope";
import { squadCard } from "./squad";

type Content = (HTMLElement | null | false)[];

function placeContent(
  { selection, place, nearest, chosenRank, form, session }: State,
  redraw: () => void,
): Content {
  if (selection?.kind !== "place") return [];
  return [
    place && whoIsHere(place),
    form === "report" && reportForm(selection.point, redraw),
    form === "closure" && closureForm(selection.point),
    place &&
      !form &&
      h(
        "button.primary.wide",
        { type: "button", id: "report-here", onclick: () => store.set({ form: "report" }) },
        t("report_here"),
      ),
    place &&
      !form &&
      session?.role === "admin" &&
      h(
        "button.wide",
        { type: "button", id: "close-here", onclick: () => store.set({ form: "closure" }) },
        t("close_here"),
      ),
    nearest && whoComes(nearest, chosenRank),
  ];
}

function content(state: State, redraw: () => void): Content {
  const { selection, incident, squads } = state;
  if (!selection) return [h("p.hint", {}, t("place_hint"))];
  if (selection.kind === "place") return placeContent(state, redraw);
  if (selection.kind === "incident") return [incident && incidentCard(incident)];
  const squad = squads.find(({ id }) => id === selection.id);
  return [squad ? squadCard(squad) : null];
}

function coordinates({ selection, squads, incident }: State): string {
  const squad = selection?.kind === "squad" && squads.find(({ id }) => id === selection.id);
  const point =
    selection?.kind === "place"
      ? selection.point
      : squad
        ? (squad.position ?? squad.post)
        : incident;
  return point ? `${point.lat.toFixed(5)}, ${point.lng.toFixed(5)}` : "";
}

function heading(state: State): HTMLElement | null {
  if (!state.selection) return null;
  return h(
    "div.place-head",
    {},
    h("code", {}, coordinates(state)),
    h(
      "button.close",
      { type: "button", "aria-label": t("close"), "data-key": "close", onclick: clearSelection },
      "×",
    ),
  );
}

function problem({ selection, selectionProblem }: State): HTMLElement {
  return h(
    "div.problem",
    { role: "alert" },
    h("p", {}, selectionProblem),
    selection?.kind === "place" &&
      h("button", { type: "button", onclick: () => selectPlace(selection.point) }, t("retry")),
  );
}

export function selectionPanel(scope: Scope): HTMLElement {
  const panel = h("aside.place", { id: "place-panel", "aria-label": t("tab_place") });
  const head = h("div");
  const body = h("div.place-body");
  panel.append(head, body);
  const draw = (state: State) => {
    panel.toggleAttribute("data-empty", state.selection === null);
    panel.setAttribute("aria-busy", String(state.selectionBusy));
    fill(head, heading(state));
    fill(
      body,
      state.selectionProblem && problem(state),
      state.selectionBusy && !state.place && h("p.loading", {}, t("loading")),
      content(state, () => draw(store.state as State)),
    );
  };
  scope.draw(
    [
      "selection",
      "selectionBusy",
      "selectionProblem",
      "place",
      "nearest",
      "chosenRank",
      "form",
      "session",
      "incident",
      "matters",
    ],
    draw,
  );
  // Names and squads arrive at any time; they must not rebuild a form under the reader's hands.
  scope.draw(["names", "squads"], (state) => {
    if (!state.form) draw(state);
  });
  return panel;
}
