/** What became of cases: closed, in time, done again, extended, complained of again. */
import { api } from "../base/api";
import { h } from "../base/dom";
import type { CaseFigures, CaseKpis } from "../base/types";
import { fact } from "../panel/place";
import { nameOfCode } from "../state";
import { labelled, number, t } from "../text";
import { shareText } from "./table";

function facts(one: CaseFigures): HTMLElement {
  return h(
    "dl.facts",
    { "data-county": one.group ?? "" },
    fact(t("burden_cases"), number(one.cases)),
    fact(t("cases_closed"), shareText(one.closed, one.delivered, one.closed_share)),
    fact(t("cases_in_time"), shareText(one.in_time, one.due, one.in_time_share)),
    fact(t("cases_rework"), shareText(one.reworked, one.handled, one.rework_share)),
    fact(t("cases_extended"), shareText(one.extended, one.cases, one.extended_share)),
    fact(t("cases_repeats"), shareText(one.repeats, one.cases + one.merged, one.repeat_share)),
  );
}

/** Several counties have a heading each. */
function ofCounties(groups: CaseFigures[]): HTMLElement[] {
  const heading = ({ group }: CaseFigures) =>
    h("h3", {}, (group && nameOfCode(group)) || group || t("burden_nobody"));
  return groups.flatMap((one) => (groups.length > 1 ? [heading(one), facts(one)] : [facts(one)]));
}

export function casesSection({ from, to, groups }: CaseKpis, days: number): HTMLElement {
  const link = api.caseTableUrl(new Date(from), new Date(to), "unit");
  return h(
    "section",
    { id: "case-figures" },
    h("h2", {}, t("cases_figures")),
    h("p.hint", {}, t("cases_hint", { n: days })),
    groups.length > 0 ? ofCounties(groups) : h("p", {}, t("cases_none")),
    h("p", {}, h("a", { href: link, download: "" }, t("cases_table"))),
    h("p.definition", {}, labelled(t("cases_figures"), t("cases_defined"))),
  );
}
