/**
 * The panel about whatever was clicked: a place, a squad or an incident. Its parts are drawn apart,
 * so that an answer which follows the world never rebuilds a form under the reader's hands.
 */
import { clearSelection, selectPlace } from "../actions";
import { fill, h } from "../base/dom";
import type { LngLat, Squad } from "../base/types";
import { callCard } from "../calls/card";
import { inWords } from "../find/words";
import { casePanel } from "../incidents/card";
import { refusalNote } from "../incidents/sending";
import { responsibilityPanel } from "../responsibility/panel";
import { may, type State, store } from "../state";
import { t } from "../text";
import { closureForm } from "./closure";
import { whoComes, whoIsHere } from "./place";
import { reportForm } from "./report";
import type { Go, Scope } from "./scope";
import { squadCard } from "./squad";

type Content = (HTMLElement | null | false)[];

function selectedSquad({ selection, squads }: State): Squad | undefined {
  return selection?.kind === "squad" ? squads.find(({ id }) => id === selection.id) : undefined;
}

const coordinates = ({ lng, lat }: LngLat) => `${lat.toFixed(5)}, ${lng.toFixed(5)}`;

function heading(state: State): HTMLElement | null {
  const { selection, incident, callAt } = state;
  if (!selection) return null;
  const squad = selectedSquad(state);
  const stays = selection.kind === "place" ? selection.point : (callAt ?? incident);
  const point = squad ? (squad.position ?? squad.waits_at) : stays;
  return h(
    "div.place-head",
    {},
    h("h2.unseen", {}, t("tab_place")),
    // A squad is somewhere else before it is read.
    h("div", {}, h("code", {}, point && coordinates(point)), !squad && stays && inWords(stays)),
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

/** What is selected, as far as that is no matter of time. */
function subject(state: State): Content {
  const { selection, place } = state;
  if (!selection) return [h("p.hint", {}, t("place_hint"))];
  if (selection.kind === "place") return [place && whoIsHere(place)];
  if (selection.kind === "incident" || selection.kind === "call") return [];
  const squad = selectedSquad(state);
  return [squad ? squadCard(squad) : null];
}

/** What may be done about a place: the buttons, or the form that one of them opened. */
function doing({ selection, place, form, session }: State, go: Go): Content {
  if (selection?.kind === "call" && form === "report") return [reportForm(null, go)];
  if (selection?.kind !== "place") return [];
  if (form === "report") return [reportForm(selection.point, go)];
  if (form === "closure") return [closureForm(selection.point)];
  if (!place) return [];
  const open = (id: string, kind: "button.wide" | "button.primary.wide", next: State["form"]) =>
    h(
      kind,
      { type: "button", id, "data-key": id, onclick: () => store.set({ form: next }) },
      t(next === "report" ? "report_here" : "close_here"),
    );
  return [
    may("report", { session }) && open("report-here", "button.primary.wide", "report"),
    may("roads", { session }) && open("close-here", "button.wide", "closure"),
  ];
}

/** A call that was not taken after all: back where it began. */
function leaveCall(): void {
  clearSelection();
  document.getElementById("take-call")?.focus();
}

export function selectionPanel(scope: Scope, go: Go): HTMLElement {
  const panel = h("aside.place", { id: "place-panel", "aria-label": t("tab_place") });
  const head = h("div");
  const [note, about, actions, answer] = [h("div"), h("div"), h("div"), h("div.answer")];
  const refused = h("div");
  const { above, below } = casePanel(scope);
  panel.append(
    head,
    h(
      "div.place-body",
      {},
      note,
      about,
      responsibilityPanel(scope),
      actions,
      callCard(scope, go),
      above,
      refused,
      answer,
      below,
    ),
  );

  scope.draw(["selection", "selectionBusy", "selectionProblem", "place"], (state) => {
    panel.toggleAttribute("data-empty", state.selection === null);
    panel.setAttribute("aria-busy", String(state.selectionBusy));
    fill(
      note,
      state.selectionProblem && problem(state),
      state.selectionBusy && !state.place && !state.incident && h("p.loading", {}, t("loading")),
    );
  });
  scope.draw(["selection", "incident", "callAt"], (state) => fill(head, heading(state)));
  scope.draw(["selection", "place", "names"], (state) => fill(about, subject(state)));
  let drawn: Squad | undefined;
  scope.draw(["squads"], (state) => {
    const squad = selectedSquad(state);
    if (squad === drawn) return;
    drawn = squad;
    fill(head, heading(state));
    fill(about, subject(state));
  });

  let opened: State["form"] = null;
  const drawActions = (state: State) => {
    const { form, selection } = state;
    if (selection?.kind === "call" && !selection.id && !form) return leaveCall();
    fill(actions, doing(state, go));
    // Whoever opens a form goes on in it, and is back at its button when it is closed.
    const next = form ? "input, textarea" : `#${opened === "report" ? "report" : "close"}-here`;
    if (form !== opened) actions.querySelector<HTMLElement>(next)?.focus();
    opened = form;
  };
  let placed = false;
  scope.draw(["selection", "form", "session", "matters"], drawActions);
  scope.draw(["place"], (state) => {
    if (Boolean(state.place) === placed) return;
    placed = Boolean(state.place);
    drawActions(state);
  });
  scope.draw(["refusal", "squads", "matters"], (state) => fill(refused, refusalNote(state)));
  scope.draw(["nearest", "chosenRank", "wall", "incident", "doing", "session", "sent"], (state) =>
    fill(answer, state.nearest && whoComes(state.nearest, state)),
  );
  return panel;
}
