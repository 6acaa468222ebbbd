/** What it costs until it is clear whose cases are, by unit, and what responses want: read when somebody looks. */
import { failed } from "../actions";
import { api, now } from "../base/api";
import { fill, h, latest } from "../base/dom";
import type { Burden, BurdenKpis, CallKpis, ResponsePlan } from "../base/types";
import { fact } from "../panel/place";
import type { Scope } from "../panel/scope";
import { shiftText } from "../panel/squad";
import { nameOfCode, type State } from "../state";
import { age, aside, clauses, labelled, listed, nameOf, number, t } from "../text";
import { setLists, unitName } from "./browse";
import { casesSection } from "./cases";
import { shareText, table } from "./table";

const DAYS = 30;
const DAY_MS = 86_400_000;

const period = (): [Date, Date] => [new Date(now().getTime() - DAYS * DAY_MS), now()];

export const loadFigures = latest(async (signal) => {
  try {
    const [burden, cases, calls, plans, units] = await Promise.all([
      api.burdenKpis(...period(), "unit", signal),
      api.caseKpis(...period(), "county", signal),
      api.callKpis(...period(), signal),
      api.responsePlans(signal),
      api.units(signal),
    ]);
    setLists({ burden, cases, calls, plans, units });
  } catch (error) {
    failed("failed_figures", error);
  }
});

function burdenRow(one: Burden): HTMLElement {
  return h(
    "tr",
    { "data-unit": one.group ?? "" },
    h("th", { scope: "row" }, one.group ? unitName(one.group) : t("burden_nobody")),
    h("td", {}, number(one.cases)),
    h("td", {}, aside(number(one.returns_per_case, 2), number(one.returns))),
    h("td", {}, shareText(one.right_first_time, one.settled, one.right_first_time_share)),
  );
}

function burdenSection({ groups }: BurdenKpis): HTMLElement {
  const head = [t("burden_unit"), t("burden_cases"), t("burden_returns"), t("burden_right")];
  return h(
    "section",
    { id: "burden" },
    h("h2", {}, t("burden")),
    h("p.hint", {}, t("burden_hint", { n: DAYS })),
    groups.length > 0
      ? table("burden-table", head, groups.map(burdenRow))
      : h("p", {}, t("burden_none")),
    h(
      "p",
      {},
      h("a", { href: api.burdenTableUrl(...period(), "unit"), download: "" }, t("lists_table")),
    ),
    h("p.definition", {}, labelled(t("burden"), t("burden_defined"))),
  );
}

/** Calls that said only an address; nothing where there were none. */
function callsSection(told: CallKpis): HTMLElement | null {
  if (told.calls === 0) return null;
  const { held, located, dropped, in_time, late, in_time_share, p50_s, limit_min } = told;
  return h(
    "section",
    { id: "call-figures" },
    h("h2", {}, t("call_figures")),
    h("p.hint", {}, t("call_figures_hint", { n: DAYS })),
    h(
      "dl.facts",
      {},
      fact(t("call_figures_located"), number(located)),
      fact(t("call_figures_dropped"), number(dropped)),
      fact(t("call_figures_held"), number(held)),
      fact(t("call_figures_in_time"), shareText(in_time, in_time + late, in_time_share)),
      p50_s === null || p50_s === undefined ? "" : fact(t("call_figures_median"), age(p50_s)),
    ),
    h(
      "p.definition",
      {},
      labelled(t("call_figures"), t("call_figures_defined", { n: number(limit_min) })),
    ),
  );
}

/** Of which cases a line of a plan speaks. */
function aboutText({ matter, category }: ResponsePlan, { matters }: State): string {
  const named = matter && matters.find(({ code }) => code === matter);
  if (named) return `${named.code} ${nameOf(named)}`;
  return matter ?? category ?? t("lists_everything");
}

function planRow(one: ResponsePlan, state: State): HTMLElement {
  const { squads, officers, units, equipment } = one.wants;
  const wants = [
    t("plans_squads", { n: number(squads) }),
    ...(officers > 0 ? [t("plans_officers", { n: number(officers) })] : []),
    ...(units.length > 0 ? [labelled(t("plans_units"), listed(units.map(unitName)))] : []),
    ...(equipment.length > 0 ? [labelled(t("plans_equipment"), listed(equipment))] : []),
  ];
  const more = [
    one.plan,
    ...(one.area ? [nameOfCode(one.area) ?? one.area] : []),
    ...(one.hours ? [clauses(one.hours.map(shiftText))] : []),
    ...(one.is_default ? [t("plans_default")] : []),
    ...(one.source ? [one.source] : []),
  ];
  return h(
    "tr",
    { "data-plan": one.plan, "data-level": one.level },
    h("th", { scope: "row" }, aboutText(one, state), h("small.line", {}, clauses(more))),
    h("td", {}, number(one.level)),
    h("td", {}, clauses(wants)),
  );
}

function plansSection(plans: ResponsePlan[], state: State): HTMLElement {
  const head = [t("lists_matter"), t("plans_level"), t("plans_wants")];
  return h(
    "section",
    { id: "response-plans" },
    h("h2", {}, t("plans")),
    h("p.hint", {}, t("plans_hint")),
    plans.length > 0
      ? table(
          "plans-table",
          head,
          plans.map((one) => planRow(one, state)),
        )
      : h("p", {}, t("plans_none")),
  );
}

export function figuresView(scope: Scope): HTMLElement {
  const box = h("div", { id: "power-figures" });
  scope.draw(["lists", "matters", "names"], (state) => {
    const { burden, cases, calls, plans } = state.lists;
    fill(
      box,
      burden && plans
        ? [
            burdenSection(burden),
            cases && casesSection(cases, DAYS),
            calls && callsSection(calls),
            plansSection(plans, state),
          ]
        : h("p.loading", {}, t("loading")),
    );
  });
  return box;
}
