/** The queue as a list: one line a case, drawn anew only where it changed. */
import { selectIncident } from "../actions";
import { fill, h } from "../base/dom";
import type { Assignment, Incident } from "../base/types";
import { heldCalls } from "../calls/list";
import { handoverButton } from "../handovers/sheet";
import type { Go, Scope } from "../panel/scope";
import { squadList } from "../panel/squad-list";
import type { State } from "../state";
import { listed, number, t, word } from "../text";
import { soundSwitch } from "./chime";
import { caseAge, TICK_MS, timeLeft } from "./clock";
import { matterName, placeWords, squadName } from "./facts";
import { filters, stuckOnly } from "./filters";
import { loadCases, loadMoreCases, markAllSeen } from "./queue";
import { rectificationBadge } from "./rectification";
import { stuckBadge } from "./stuck";

function sentText(sent: Assignment[]): string {
  return listed(sent.map((one) => `${squadName(one.squad)} ${word("sent", one.status)}`));
}

/** One line, and what its clock says. */
class Line {
  readonly element = h("li");
  #left = h("b.left");
  #age = h("span");
  #incident: Incident;
  #drawn = "";

  constructor(
    incident: Incident,
    readonly go: Go,
  ) {
    this.#incident = incident;
    this.element.dataset.id = incident.id;
  }

  draw(incident: Incident, sent: Assignment[], state: State): void {
    const unseen = state.unseen.has(incident.id);
    const selected = state.selection?.kind === "incident" && state.selection.id === incident.id;
    const shown = [
      incident,
      sent.map(({ id, status }) => [id, status]),
      unseen,
      selected,
      matterName(incident.matter),
      placeWords(incident),
      sentText(sent),
    ];
    const drawn = JSON.stringify(shown);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#incident = incident;
    fill(
      this.element,
      h(
        "button.item.case",
        {
          type: "button",
          "data-key": `case-${incident.id}`,
          "aria-current": selected && "true",
          onclick: () => {
            selectIncident(incident.id);
            this.go.toPoint(incident);
          },
        },
        h(
          "span",
          {},
          unseen && h("i.new", { role: "img", "aria-label": t("case_new"), title: t("case_new") }),
          h("span.badge", { "data-urgency": incident.urgency }, word("urgency", incident.urgency)),
          " ",
          h("span.matter", {}, matterName(incident.matter)),
        ),
        this.#left,
        h("small", {}, placeWords(incident), " · ", this.#age),
        h(
          "small",
          {},
          h("span.state", {}, word("state", incident.status)),
          incident.flags?.map((flag) => [" ", h("span.badge.flag", {}, word("flag", flag))]),
          incident.lacks_review && [" ", h("span.badge.flag", {}, t("lacks_review"))],
          incident.rectification && [" ", rectificationBadge(incident)],
          incident.stuck && [" ", stuckBadge(incident)],
          sent.length > 0 && ` · ${sentText(sent)}`,
        ),
      ),
    );
    this.tick();
  }

  tick(): void {
    const left = timeLeft(this.#incident);
    this.#left.textContent = left?.text ?? "";
    this.element.toggleAttribute("data-overdue", left?.overdue ?? false);
    this.#age.textContent = caseAge(this.#incident);
  }
}

function byIncident(sent: State["sent"]): Map<string, Assignment[]> {
  const found = new Map<string, Assignment[]>();
  for (const one of sent.values()) {
    found.set(one.incident, [...(found.get(one.incident) ?? []), one]);
  }
  return found;
}

function lines(scope: Scope, go: Go): HTMLElement {
  const list = h("ul.items", { id: "cases-list", "aria-label": t("cases") });
  let known = new Map<string, Line>();
  const draw = (state: State) => {
    const sent = byIncident(state.sent);
    const next = new Map<string, Line>();
    for (const incident of state.cases?.list ?? []) {
      const line = known.get(incident.id) ?? new Line(incident, go);
      line.draw(incident, sent.get(incident.id) ?? [], state);
      next.set(incident.id, line);
    }
    for (const [id, line] of known) if (!next.has(id)) line.element.remove();
    known = next;
    // A line that stays where it is keeps the keyboard.
    let at = list.firstElementChild;
    for (const { element } of next.values()) {
      if (element === at) at = at.nextElementSibling;
      else list.insertBefore(element, at);
    }
  };
  scope.draw(["cases", "sent", "unseen", "selection", "matters", "names"], draw);
  const ticking = window.setInterval(() => {
    for (const line of known.values()) line.tick();
  }, TICK_MS);
  scope.onEnd(() => clearInterval(ticking));
  return list;
}

export function casesPanel(scope: Scope, go: Go): HTMLElement {
  const head = h("div.cases-head");
  const note = h("div");
  const more = h("p.row");
  scope.draw(["cases", "unseen"], ({ cases, unseen }) =>
    fill(
      head,
      h(
        "h2",
        {},
        t("cases"),
        " ",
        h("span.count", { id: "cases-count" }, cases ? number(cases.matched) : ""),
      ),
      unseen.size > 0 &&
        h(
          "button.quiet",
          { type: "button", id: "all-seen", "data-key": "all-seen", onclick: markAllSeen },
          t("cases_all_seen", { n: number(unseen.size) }),
        ),
    ),
  );
  scope.draw(["cases", "casesProblem"], ({ cases, casesProblem }) =>
    fill(
      note,
      casesProblem &&
        h(
          "div.problem",
          { role: "alert" },
          h("p", {}, casesProblem),
          h("button", { type: "button", onclick: () => void loadCases() }, t("retry")),
        ),
      !cases && !casesProblem && h("p.loading", {}, t("loading")),
      cases?.list.length === 0 && h("p.hint", {}, t("cases_none")),
    ),
  );
  scope.draw(["cases"], ({ cases }) => {
    const left = cases?.after ? cases.matched - cases.list.length : 0;
    fill(
      more,
      left > 0 &&
        h(
          "button",
          {
            type: "button",
            id: "more-cases",
            "data-key": "more-cases",
            onclick: () => void loadMoreCases(),
          },
          t("show_rest", { n: number(left) }),
        ),
    );
  });
  const panel = h(
    "aside.cases",
    { id: "cases-panel", "aria-label": t("cases") },
    h("div.cases-head", {}, head, handoverButton(scope)),
    heldCalls(scope),
    filters(scope),
    stuckOnly(scope),
    soundSwitch(),
    squadList(scope, go),
    note,
    lines(scope, go),
    more,
  );
  return panel;
}
