/**
 * The card of one case: what it is, who was sent and how far they got, what may be done next, its story.
 * What may follow stands in the service's answer; parts are drawn apart, so that what is typed stays.
 */
import { loadStory } from "../actions";
import { fill, gather, h } from "../base/dom";
import type { Incident } from "../base/types";
import { caseHash } from "../hash";
import type { Scope } from "../panel/scope";
import { may, type State, store } from "../state";
import { age, labelled, nameOf, t, word } from "../text";
import { adviceSection } from "./advice";
import { caseAge, lateBy_s, TICK_MS, timeLeft } from "./clock";
import { decisionSection } from "./decision";
import { evidenceForm } from "./evidence";
import { incidentFacts, stateNow } from "./facts";
import { loadHelp } from "./help";
import { linkButton } from "./link";
import { addMatterForm, mattersShown } from "./matters";
import { mergeSection } from "./merge";
import { ownerSection } from "./owner";
import { rectificationSection, rectificationShown } from "./rectification";
import { reporterOf } from "./reporter";
import { byHand, sentSquads } from "./sent";
import { STAGES_STALE_MS, stagesRun, stagesSection } from "./stages";
import { steps } from "./steps";
import { storySection } from "./story";
import { stuckSection } from "./stuck";
import { whistlesSection } from "./whistles";

/** Advice is asked for at most so often. */
const HELP_REST_MS = 1000;

function about(incident: Incident): HTMLElement {
  return h(
    "section",
    { id: "incident", "data-id": incident.id, "data-status": incident.status },
    h(
      "h3",
      {},
      t("incident"),
      incident.synthetic && [" ", h("span.badge.synthetic", {}, t("synthetic"))],
      incident.flags?.map((flag) => [" ", h("span.badge.flag", {}, word("flag", flag))]),
      incident.lacks_review && [
        " ",
        h("span.badge.flag", { id: "lacks-review" }, t("lacks_review")),
      ],
    ),
    incidentFacts(incident),
    stuckSection(incident),
    incident.ambiguous && [
      h("p.warning", {}, t("ambiguous")),
      h(
        "ul.plain",
        {},
        incident.candidates?.map((one) => h("li", {}, nameOf(one))),
      ),
    ],
  );
}

function clockText(incident: Incident): string {
  const left = timeLeft(incident);
  if (left) return left.text;
  const arrived = incident.milestones?.arrived_at;
  if (!arrived) return caseAge(incident);
  const took_s = (Date.parse(arrived) - Date.parse(incident.reported_at)) / 1000;
  const late_s = lateBy_s(incident);
  const took = t("arrived_after", { age: age(took_s) });
  return late_s > 0 ? `${took} · ${t("late_by", { age: age(late_s) })}` : took;
}

const caseLink = (id: string) =>
  ({ id: "case-link", hash: caseHash(id), copy: "link_copy", label: "case_link" }) as const;

/** Says why, where something is not done without. */
function reasonForm({ asking }: State): HTMLElement | null {
  if (!asking) return null;
  const { key, title, go } = asking;
  const back = () => {
    store.set({ asking: null });
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus(),
    );
  };
  const input = h("input", {
    id: "reason",
    type: "text",
    maxlength: 500,
    autocomplete: "off",
    "aria-required": "true",
  });
  const problem = h("p.error", { id: "reason-error", role: "alert" });
  return h(
    "form.report",
    {
      id: "reason-form",
      novalidate: true,
      onsubmit: (event: Event) => {
        event.preventDefault();
        const reason = input.value.trim();
        if (!reason) {
          problem.textContent = t("reason_needed");
          input.setAttribute("aria-invalid", "true");
          input.setAttribute("aria-describedby", problem.id);
          input.focus();
          return;
        }
        back();
        void go(reason);
      },
      onkeydown: (event: KeyboardEvent) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        back();
      },
    },
    h("label", { for: "reason" }, labelled(title, t("reason_why"))),
    input,
    problem,
    h(
      "div.row",
      {},
      h("button.primary", { type: "submit" }, t("confirm")),
      h("button.quiet", { type: "button", onclick: back }, t("cancel")),
    ),
  );
}

/** Redraws `part`; when the control that was used is gone, the keyboard goes on at the next one. */
function redraw(part: HTMLElement, ...content: Parameters<typeof fill>[1][]): void {
  const had = part.contains(document.activeElement);
  fill(part, content);
  if (had && !part.contains(document.activeElement)) {
    (part.querySelector<HTMLElement>("button.primary") ?? part.querySelector("button"))?.focus();
  }
}

/** What stands above who comes first, and what stands below. */
export function casePanel(scope: Scope): { above: HTMLElement; below: HTMLElement } {
  const [facts, clock, work, ask] = [h("div"), h("p.case-clock"), h("div"), h("div")];
  const [rectify, further] = [h("div"), h("div")];
  let [rectified, named] = ["", ""];
  const [help, same, told, more, who] = [h("div"), h("div"), h("div"), h("div"), h("div")];
  const above = h("div", { id: "case" }, facts, clock, work, ask, rectify, further);
  const below = h("div", {}, help, same, told, more, who);

  const open = ({ selection, incident }: State) =>
    selection?.kind === "incident" && incident?.id === selection.id ? incident : null;
  scope.draw(["selection", "incident", "names", "matters"], (state) => {
    const incident = open(state);
    fill(facts, incident && [about(incident), linkButton(caseLink(incident.id))]);
    above.hidden = !incident;
    below.hidden = !incident;
  });
  const tick = () => {
    const incident = open(store.state as State);
    if (!incident) return;
    clock.textContent = clockText(incident);
    const late = timeLeft(incident)?.overdue || lateBy_s(incident) > 0;
    clock.toggleAttribute("data-overdue", late);
  };
  scope.draw(["selection", "incident"], tick);
  const ticking = window.setInterval(tick, TICK_MS);
  const counting = window.setInterval(() => {
    if (stagesRun(store.state.story)) void loadStory();
  }, STAGES_STALE_MS);
  scope.onEnd(() => {
    clearInterval(ticking);
    clearInterval(counting);
  });

  scope.draw(["story", "selection", "session", "asking"], (state) => {
    const story = open(state) && state.story;
    const squadLeads = story?.assignments.some(({ next }) =>
      next.some((one) => byHand(one) && !one.needs_reason),
    );
    redraw(
      work,
      story && sentSquads(story, may("position", state)),
      story && (may("remark", state) || may("judge", state)) && steps(story, squadLeads ?? false),
      story && stagesSection(story),
      story && decisionSection(story),
      story && ownerSection(story),
    );
  });
  scope.draw(["incident", "selection", "session"], (state) => {
    const [incident, mayAct] = [open(state), may("dispatch", state)];
    const shown = incident ? rectificationShown(incident, mayAct) : "";
    if (shown === rectified) return;
    rectified = shown;
    redraw(rectify, incident && rectificationSection(incident, mayAct));
  });
  scope.draw(["incident", "selection", "session", "matters"], (state) => {
    const [incident, mayAct] = [open(state), may("dispatch", state)];
    const shown = incident ? mattersShown(incident, mayAct) + state.matters.length : "";
    if (shown === named) return;
    named = shown;
    redraw(further, incident && addMatterForm(incident, mayAct));
  });
  scope.draw(["asking"], (state) => {
    fill(ask, reasonForm(state));
    ask.querySelector("input")?.focus();
  });
  // What was done to it, and squads that move, make other advice.
  const helpSoon = gather(() => loadHelp.follow(), HELP_REST_MS);
  scope.draw(["story", "nearestAt"], (state) => {
    if (open(state)) helpSoon();
  });
  scope.draw(["advice", "whistles", "selection", "session", "asking", "doing"], (state) => {
    // A list that somebody is choosing from stays open.
    if (help.contains(document.activeElement) && document.activeElement?.localName === "select")
      return;
    const shown = open(state) !== null;
    redraw(help, shown && adviceSection(state), shown && whistlesSection(state));
  });
  scope.draw(["story", "repeats", "selection", "session", "matters"], (state) =>
    redraw(
      same,
      open(state) &&
        state.story &&
        mergeSection(state.story, state.repeats, may("dispatch", state)),
    ),
  );
  // What its profile calls the state comes with the story.
  scope.draw(["story", "selection", "incident"], (state) => {
    const name = above.querySelector("#case-state");
    if (name && open(state) && state.story) name.textContent = stateNow(state.story);
  });
  scope.draw(["story", "selection", "squads"], (state) =>
    fill(told, open(state) && state.story && storySection(state.story)),
  );
  scope.draw(["selection", "session"], (state) => {
    const { selection } = state;
    fill(more, selection?.kind === "incident" && evidenceForm(selection.id));
    fill(
      who,
      selection?.kind === "incident" &&
        may("read_personal", state) &&
        reporterOf("incidents", selection.id),
    );
  });
  return { above, below };
}
