/** The open plan beside another one, or beside what is in force: what moved, between whom, and what it does. */
import { api } from "../base/api";
import { h } from "../base/dom";
import type { Comparison } from "../base/types";
import type { Go, Scope } from "../panel/scope";
import { type State, store } from "../state";
import { listed, minutesOf, nameOf, number, t, word } from "../text";
import { part } from "./part";
import { comparisonQuery, layBeside, openPlan, setStudio } from "./plans";

const IN_FORCE = "force";
const FLOWS_SHOWN = 12;

/** By how much, with its sign. */
function signed(value: number, digits = 0): string {
  const text = number(Math.abs(value), digits);
  if (text === number(0, digits)) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

function choice(state: State): HTMLElement {
  const { beside, plans, plan } = state.studio;
  const chosen = beside ? (beside.with ?? IN_FORCE) : "";
  const option = (value: string, text: string) =>
    h("option", { value, selected: value === chosen }, text);
  const select = h(
    "select",
    {
      id: "studio-beside",
      "data-key": "studio-beside",
      onchange: () => {
        const { value } = select;
        layBeside(value ? { with: value === IN_FORCE ? null : value } : null);
      },
    },
    option("", t("studio_beside_none")),
    option(IN_FORCE, t("studio_none")),
    plans
      .filter(({ id }) => id !== plan)
      .map((one) => option(one.id, `${nameOf(one)} · ${word("studio_state", one.state)}`)),
  );
  return h("div.field", {}, h("label", { for: select.id }, t("studio_beside")), select);
}

function changes({ zones }: Comparison, go: Go): HTMLElement {
  const changed = zones.filter(
    ({ atoms_gained, atoms_lost, in_before, in_after, p90_s, workload_h }) =>
      atoms_gained + atoms_lost > 0 ||
      in_before !== in_after ||
      p90_s ||
      Math.abs(workload_h) > 0.05,
  );
  if (changed.length === 0) return h("p.hint", {}, t("studio_same"));
  const column = (text: string) => h("th", { scope: "col" }, text);
  return h(
    "table.changes",
    { id: "studio-changes" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        column(t("studio_zone")),
        column(t("studio_gained")),
        column(t("studio_lost")),
        column(t("studio_work")),
        column(t("studio_p90")),
      ),
    ),
    h(
      "tbody",
      {},
      changed.map((one) =>
        h(
          "tr",
          { "data-changed": one.zone },
          h(
            "th",
            { scope: "row" },
            h(
              "button",
              {
                type: "button",
                "data-key": `changed-${one.zone}`,
                onclick: () => {
                  setStudio({ zone: one.zone });
                  go.toZone(one.zone);
                },
              },
              one.zone,
            ),
            !one.in_before && h("span.badge", {}, t("studio_new")),
            !one.in_after && h("span.badge", {}, t("studio_gone")),
          ),
          h("td", {}, number(one.atoms_gained)),
          h("td", {}, number(one.atoms_lost)),
          h("td", {}, signed(one.workload_h, 1)),
          h("td", {}, one.p90_s === null ? "–" : signed(Number(minutesOf(one.p90_s)), 1)),
        ),
      ),
    ),
  );
}

function flows({ flows: all }: Comparison): HTMLElement | null {
  if (all.length === 0) return null;
  const zones = (codes: string[]) => (codes.length > 0 ? listed(codes) : t("studio_no_zone"));
  return h(
    "ul.flows",
    {},
    all.slice(0, FLOWS_SHOWN).map((one) =>
      h(
        "li",
        {},
        t("studio_flow", {
          from: zones(one.from),
          to: zones(one.to),
          n: number(one.atoms),
          km2: number(one.area_m2 / 1e6, 2),
        }),
      ),
    ),
    all.length > FLOWS_SHOWN &&
      h("li.hint", {}, t("studio_more", { n: number(all.length - FLOWS_SHOWN) })),
  );
}

function result(state: State, comparison: Comparison, go: Go): HTMLElement {
  const { plan, before, linked } = state.studio;
  const query = comparisonQuery(state);
  const { cells } = comparison;
  const link = (more: Record<string, string>, text: string, id: string) =>
    h(
      "a.button",
      { id, href: api.comparisonUrl(plan ?? "", query, more), target: "_blank", rel: "noreferrer" },
      text,
    );
  return h(
    "div",
    { id: "studio-comparison" },
    h("p.row", {}, h("i.moved-swatch", { "aria-hidden": "true" }), t("studio_moved_legend")),
    h(
      "div.segments.small",
      { role: "group", "aria-label": t("studio_on_map") },
      [false, true].map((one) =>
        h(
          "button",
          {
            type: "button",
            "data-key": `before-${one}`,
            "aria-pressed": String(before === one),
            onclick: () => setStudio({ before: one }),
          },
          t(one ? "studio_before" : "studio_after"),
        ),
      ),
    ),
    h(
      "button",
      {
        type: "button",
        id: "studio-linked",
        "data-key": "studio-linked",
        "aria-pressed": String(linked),
        onclick: () => setStudio({ linked: !linked, before: false }),
      },
      t("studio_linked"),
    ),
    changes(comparison, go),
    flows(comparison),
    h(
      "p.hint",
      {},
      t("studio_cells", { better: number(cells.better.cells), worse: number(cells.worse.cells) }),
    ),
    h(
      "div.steps",
      {},
      link({ format: "html", lang: store.state.lang }, t("studio_report"), "studio-report"),
      link({ format: "csv" }, t("studio_moved_table"), "studio-moved"),
    ),
  );
}

export function compareSection(scope: Scope, go: Go): HTMLElement {
  return part(
    scope,
    ({ studio }) => [
      studio.plan,
      studio.plans,
      studio.beside,
      studio.comparison,
      studio.before,
      studio.linked,
      studio.linked,
    ],
    (state) => {
      if (!openPlan(state)) return null;
      const { comparison, beside } = state.studio;
      return h(
        "section",
        { id: "studio-compare", "aria-busy": String(Boolean(beside) && !comparison) },
        h("h3", {}, t("studio_compare")),
        choice(state),
        comparison && result(state, comparison, go),
      );
    },
  );
}
