/** Where powers have holes: how many of each kind, and each with its place; asked for while somebody looks. */
import { atParam, loadAudit } from "../actions";
import { api } from "../base/api";
import { fill, h } from "../base/dom";
import type { BlindSpot, BlindSpotFound, PowersAudit } from "../base/types";
import type { Go, Scope } from "../panel/scope";
import { type State, store } from "../state";
import { clauses, labelled, listed, nameOf, number, t } from "../text";
import { loadLists } from "./browse";
import { figuresView, loadFigures } from "./figures";
import { listsView } from "./lists";

/** In the order of the service; a kind of the contract that is missing here does not compile. */
const EVERY_KIND: Record<BlindSpot, true> = {
  no_lead: true,
  several_leads: true,
  no_squad_in_time: true,
  nobody_on_duty: true,
  never_used: true,
  below_strength: true,
  no_coordinator: true,
  overlay_without_list: true,
  outside_parent: true,
  coercion_entrusted: true,
};
const KINDS = Object.keys(EVERY_KIND) as BlindSpot[];
const SHOWN_FIRST = 30;

/** `0–7, 20–23` */
function hoursText(hours: number[]): string {
  const ranges: [number, number][] = [];
  for (const hour of hours) {
    const last = ranges.at(-1);
    if (last && last[1] === hour - 1) last[1] = hour;
    else ranges.push([hour, hour]);
  }
  return listed(ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)));
}

function mattersText({ matters }: BlindSpotFound): string {
  const shown = matters.slice(0, 4).map(({ matter }) => matter);
  const powers = matters.reduce((sum, one) => sum + one.powers.length, 0);
  const more = matters.length > shown.length ? "…" : "";
  return clauses([listed(shown) + more, t("audit_powers", { n: number(powers) })]);
}

function findingLine(found: BlindSpotFound, go: Go): HTMLElement {
  const place = [found.area, found.township].find((one) => one);
  const within = found.area && found.township ? found.township : null;
  const title = listed([
    place ? nameOf(place) : t("audit_whole"),
    ...(within ? [nameOf(within)] : []),
  ]);
  const told = [
    listed(found.units),
    found.matters.length > 0 ? mattersText(found) : "",
    found.hours.length > 0 ? t("audit_hours", { hours: hoursText(found.hours) }) : "",
    found.parts > 0 ? t("audit_parts", { n: number(found.parts) }) : "",
  ].filter(Boolean);
  return h(
    "li",
    {},
    h(
      "button.item",
      {
        type: "button",
        disabled: !place,
        onclick: () => place && go.toArea(place.code),
      },
      h("span", {}, title),
      h("small", {}, clauses(told)),
    ),
  );
}

/** How many of the open kind are shown. */
let shown = SHOWN_FIRST;

function kindSection(audit: PowersAudit, kind: BlindSpot, go: Go, again: () => void): HTMLElement {
  const findings = audit.findings.filter((one) => one.kind === kind);
  const open = store.state.auditKind === kind;
  const choose = () => {
    shown = SHOWN_FIRST;
    store.set({ auditKind: open ? null : kind });
  };
  return h(
    "li",
    { "data-kind": kind, "data-count": findings.length },
    h(
      "button.item",
      {
        type: "button",
        "aria-expanded": String(open),
        "data-key": `audit-${kind}`,
        onclick: choose,
      },
      h("span", {}, t(`blind_${kind}`)),
      h("b", {}, number(findings.length)),
    ),
    open && findings.length === 0 && h("p.hint", {}, t("audit_none")),
    open &&
      findings.length > 0 &&
      h(
        "ul.items",
        { "data-findings": kind },
        findings.slice(0, shown).map((one) => findingLine(one, go)),
      ),
    open &&
      findings.length > shown &&
      h(
        "button.wide",
        {
          type: "button",
          "data-key": "audit-more",
          onclick: () => {
            shown += 10 * SHOWN_FIRST;
            again();
          },
        },
        t("audit_more", { n: number(findings.length) }),
      ),
  );
}

const VIEWS: State["powersView"][] = ["audit", "lists", "figures"];

function viewSwitch(scope: Scope): HTMLElement {
  const buttons = VIEWS.map((one) => {
    const button = h(
      "button",
      {
        type: "button",
        "data-view": one,
        onclick: () => store.set({ powersView: one }),
      },
      t(`powers_${one}`),
    );
    scope.draw(["powersView"], ({ powersView }) =>
      button.setAttribute("aria-pressed", String(powersView === one)),
    );
    return button;
  });
  return h("div.segments", { role: "group", "aria-label": t("tab_powers") }, buttons);
}

/** Where powers have holes, and the lists that they come from. */
export function powersPanel(scope: Scope, go: Go): HTMLElement {
  const [audit, lists, figures] = [auditView(scope, go), listsView(scope), figuresView(scope)];
  scope.draw(["powersView", "side"], ({ powersView, side }) => {
    audit.hidden = powersView !== "audit";
    lists.hidden = powersView !== "lists";
    figures.hidden = powersView !== "figures";
    if (side === "powers" && powersView === "figures") void loadFigures();
    if (side === "powers" && powersView === "lists" && !store.state.lists.all) void loadLists();
  });
  return h(
    "aside.powers",
    { id: "powers-panel", "aria-label": t("tab_powers") },
    viewSwitch(scope),
    audit,
    lists,
    figures,
  );
}

function auditView(scope: Scope, go: Go): HTMLElement {
  const panel = h("div", { id: "audit" });
  const draw = ({ audit, auditBusy, auditProblem, side }: State) => {
    panel.setAttribute("aria-busy", String(auditBusy));
    if (side !== "powers") return;
    fill(
      panel,
      h("h2", {}, t("audit")),
      auditProblem &&
        h(
          "div.problem",
          { role: "alert" },
          h("p", {}, auditProblem),
          h("button", { type: "button", onclick: () => void loadAudit() }, t("retry")),
        ),
      !audit && !auditProblem && h("p.loading", {}, t("loading")),
      audit && [
        h(
          "p.hint",
          {},
          t("audit_hint", { parts: number(audit.parts), matters: number(audit.matters) }),
        ),
        store.state.auditKind && h("p.hint", {}, t("audit_on_map")),
        h(
          "ul.items",
          { id: "audit-kinds" },
          KINDS.map((kind) => kindSection(audit, kind, go, () => draw(store.state as State))),
        ),
        h(
          "p",
          {},
          h("a", { href: api.powersAuditTable(atParam()), download: "" }, t("audit_table")),
        ),
        h(
          "p.definition",
          {},
          labelled(
            t("audit"),
            t("audit_least", {
              n: audit.definition.least_officers,
              days: audit.definition.used_days,
            }),
          ),
        ),
      ],
    );
  };
  scope.draw(["audit", "auditKind", "auditBusy", "auditProblem", "side"], draw);
  return panel;
}
