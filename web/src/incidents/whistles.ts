/** Departments that were called to a case, how far each got by its own clock, and who may be called. */
import { api } from "../base/api";
import { h } from "../base/dom";
import type { Callable, ToldWhistle, WhistleSide } from "../base/types";
import { fact } from "../panel/place";
import { unitName } from "../responsibility/browse";
import { may, type State, store, timeZone } from "../state";
import { aside, labelled, listed, moment, t, word } from "../text";
import { because, once, withReason } from "./doing";
import { loadHelp } from "./help";

const STARS = [5, 4, 3, 2, 1];

function blow(incident: string, department: string, reason?: string): Promise<void> {
  return once(`blow ${incident} ${department} ${reason}`, async (id) => {
    await api.blow(incident, { id, department, ...because(reason) });
    await loadHelp();
  });
}

function step({ id: whistle }: ToldWhistle, to: ToldWhistle["status"], reason?: string) {
  return once(`whistle ${whistle} ${to} ${reason}`, async (id) => {
    await api.stepWhistle(whistle, { id, to, ...because(reason) });
    await loadHelp();
  });
}

function rate({ id: whistle }: ToldWhistle, by: WhistleSide, stars: number): Promise<void> {
  return once(`rate ${whistle} ${by} ${stars}`, async (id) => {
    await api.rateWhistle(whistle, { id, by, stars });
    await loadHelp();
  });
}

function stepButton(whistle: ToldWhistle, to: ToldWhistle["status"], first: boolean): HTMLElement {
  const key = `whistle ${whistle.id} ${to}`;
  const needsReason = to === "cancelled";
  const label = t(`whistle_to_${to}` as "whistle_to_done");
  return h(
    first ? "button.primary" : "button",
    {
      type: "button",
      "data-key": key,
      "data-whistle-step": to,
      "aria-expanded": needsReason && String(store.state.asking?.key === key),
      onclick: () =>
        withReason(needsReason, key, labelled(unitName(whistle.department), label), (reason) =>
          step(whistle, to, reason),
        ),
    },
    needsReason ? t("with_reason", { what: label }) : label,
  );
}

/** Each side rates the other once it is over. */
function rating(whistle: ToldWhistle, by: WhistleSide): HTMLElement {
  const stars = by === "township" ? whistle.stars_of_department : whistle.stars_of_township;
  const label = t(by === "township" ? "whistle_rate_department" : "whistle_rate_township");
  if (stars !== null && stars !== undefined) {
    return h("small.line", {}, labelled(label, t("whistle_stars", { n: stars })));
  }
  return h(
    "label.line",
    {},
    h("small", {}, label),
    h(
      "select",
      {
        "data-rate": by,
        onchange: (event: Event) =>
          void rate(whistle, by, Number((event.target as HTMLSelectElement).value)),
      },
      h("option", { value: "", selected: true }, "–"),
      STARS.map((n) => h("option", { value: String(n) }, t("whistle_stars", { n }))),
    ),
  );
}

function dueText({ status, acknowledge_due_at, arrive_due_at }: ToldWhistle): string | null {
  const zone = timeZone();
  if (status === "whistled") {
    return t("whistle_acknowledge_due", { at: moment(acknowledge_due_at, zone) });
  }
  return status === "acknowledged"
    ? t("whistle_arrive_due", { at: moment(arrive_due_at, zone) })
    : null;
}

function row(whistle: ToldWhistle, mayStep: boolean): HTMLElement {
  const { escalation, next, status } = whistle;
  const due = dueText(whistle);
  const asked = escalation && (escalation.leader ?? (escalation.to && unitName(escalation.to)));
  return h(
    "li",
    { "data-whistle": whistle.id, "data-status": status },
    h("b", {}, unitName(whistle.department)),
    " ",
    h("span.badge", {}, word("whistled", status)),
    due && h("small.line", {}, due),
    escalation &&
      h(
        "p.warning",
        {},
        t("whistle_escalated", {
          at: moment(escalation.since, timeZone()),
          who: asked ?? unitName(whistle.department),
        }),
      ),
    mayStep &&
      next.length > 0 &&
      h(
        "div.steps",
        {},
        next.map((to, n) => stepButton(whistle, to, n === 0 && to !== "cancelled")),
      ),
    mayStep && status === "done" && [rating(whistle, "township"), rating(whistle, "department")],
  );
}

function callable(incident: string, one: Callable): HTMLElement {
  const name = unitName(one.department);
  const duty = one.on_duty.map(({ role, leader }) => (leader ? aside(role, leader) : role));
  return h(
    "li",
    { "data-callable": one.department },
    h("b", {}, name),
    " ",
    h("span.badge", {}, t(one.obligation === "must" ? "whistle_must" : "whistle_may")),
    h("small.line", {}, t("whistle_by_list", { list: one.list.list, n: one.list.version })),
    h(
      "dl.facts",
      {},
      duty.length > 0 && fact(t("whistle_on_duty"), listed(duty)),
      one.office_line &&
        fact(t("whistle_line"), h("a", { href: `tel:${one.office_line}` }, one.office_line)),
    ),
    h(
      "button",
      {
        type: "button",
        "data-key": `blow-${one.department}`,
        "data-blow": one.department,
        "aria-label": t("whistle_blow_for", { unit: name }),
        onclick: () => void blow(incident, one.department),
      },
      t("whistle_blow"),
    ),
  );
}

export function whistlesSection(state: State): HTMLElement | null {
  const { whistles: told, incident } = state;
  if (!told || !incident) return null;
  const called = told.whistles.filter(({ status }) => status !== "done" && status !== "cancelled");
  const open = new Set(called.map(({ department }) => department));
  const others = told.callable.filter(({ department }) => !open.has(department));
  const offered = incident.open && may("dispatch", state) ? others : [];
  if (told.whistles.length === 0 && offered.length === 0) return null;
  return h(
    "section",
    { id: "case-whistles" },
    h("h3", {}, t("whistles")),
    h(
      "ul.stages",
      {},
      told.whistles.map((one) => row(one, may("duty", state))),
    ),
    h(
      "ul.stages",
      {},
      offered.map((one) => callable(incident.id, one)),
    ),
  );
}
