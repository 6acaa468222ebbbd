/** Which cases the queue shows. */
import { fill, h } from "../base/dom";
import type { Scope } from "../panel/scope";
import type { CaseFilter, State } from "../state";
import { nameOf, number, t, word } from "../text";
import { STATES } from "./facts";
import { filterCases } from "./queue";

/** A choice of one; the empty one means all. */
function choose(
  scope: Scope,
  name: "status" | "matter" | "township",
  keys: (keyof State)[],
  options: (state: State) => [value: string, text: string][],
): HTMLElement {
  const all = t(`cases_any_${name}`);
  const select = h("select", {
    id: `cases-${name}`,
    "aria-label": t(`cases_by_${name}`),
    onchange: () => filterCases({ [name]: select.value || null }),
  });
  scope.draw([...keys, "caseFilter"], (state) => {
    const chosen = state.caseFilter[name];
    fill(
      select,
      h("option", { value: "" }, all),
      options(state).map(([value, text]) =>
        h("option", { value, selected: value === chosen }, text),
      ),
    );
  });
  return select;
}

const DAYS = [1, 7, 30];

/** How long ago they were reported at most. */
function within(scope: Scope): HTMLElement {
  const select = h("select", {
    id: "cases-days",
    "aria-label": t("cases_by_days"),
    onchange: () => filterCases({ days: Number(select.value) || null }),
  });
  scope.draw(["caseFilter"], ({ caseFilter: { days } }) =>
    fill(
      select,
      h("option", { value: "" }, t("cases_any_days")),
      DAYS.map((n) =>
        h(
          "option",
          { value: n, selected: n === days },
          n === 1 ? t("cases_day") : t("cases_days", { n }),
        ),
      ),
    ),
  );
  return select;
}

/** Which visits after an order to rectify are waited for. */
function revisits(scope: Scope): HTMLElement {
  const select = h("select", {
    id: "cases-revisit",
    "aria-label": t("revisits_by"),
    onchange: () => filterCases({ revisit: (select.value || null) as CaseFilter["revisit"] }),
  });
  scope.draw(["caseFilter"], ({ caseFilter: { revisit } }) =>
    fill(
      select,
      h("option", { value: "" }, t("revisits_any")),
      (["due", "overdue"] as const).map((value) =>
        h("option", { value, selected: value === revisit }, t(`revisits_${value}`)),
      ),
    ),
  );
  return select;
}

export function filters(scope: Scope): HTMLElement {
  return h(
    "div.filters",
    { role: "group", "aria-label": t("cases_filter") },
    choose(scope, "status", [], () => [
      ["any", t("cases_ended_too")],
      ...STATES.map((one): [string, string] => [one, word("state", one)]),
    ]),
    choose(scope, "matter", ["matters"], ({ matters }) =>
      matters.map((one) => [one.code, nameOf(one)]),
    ),
    choose(scope, "township", ["townships"], ({ townships }) =>
      (townships?.townships ?? []).map((one) => [one.code, nameOf(one)]),
    ),
    revisits(scope),
    within(scope),
  );
}

/** Offered while there are such, or while it is chosen. */
export function stuckOnly(scope: Scope): HTMLElement {
  const row = h("div");
  scope.draw(["caseFilter", "status"], ({ caseFilter: { stuck }, status }) => {
    const n = status?.counts.incidents_stuck ?? 0;
    fill(
      row,
      (stuck || n > 0) &&
        h(
          "button.wide",
          {
            type: "button",
            id: "cases-stuck",
            "data-key": "cases-stuck",
            "aria-pressed": String(stuck),
            onclick: () => filterCases({ stuck: !stuck }),
          },
          n > 0 ? t("stuck_only_n", { n: number(n) }) : t("stuck_only"),
        ),
    );
  });
  return row;
}
