/** The zones of the open layer: their figures, how evenly work lies on them, and what is done to the chosen one. */
import { csv, save } from "../base/csv";
import { h } from "../base/dom";
import type { Judgement, ZoneFigures } from "../base/types";
import type { Go, Scope } from "../panel/scope";
import { may, type State } from "../state";
import { labelled, minutesOf, nameOf, number, percent, type Text, t } from "../text";
import { edit } from "./edits";
import { part } from "./part";
import { isDraft, openPlan, setStudio } from "./plans";
import type { ZoneColumn } from "./state";

const VALUES: Record<ZoneColumn, (one: ZoneFigures) => string | number> = {
  zone: (one) => one.zone,
  atoms: (one) => one.atoms,
  work: ({ workload }) => workload.total_h,
  // Whom nobody reaches comes after everybody.
  p90: ({ own }) => own.p90_s ?? Number.POSITIVE_INFINITY,
};

export function sorted(zones: ZoneFigures[], { by, down }: State["studio"]["sort"]): ZoneFigures[] {
  const of = VALUES[by];
  const order = (a: ZoneFigures, b: ZoneFigures) => {
    const [x, y] = [of(a), of(b)];
    if (x === y) return a.zone.localeCompare(b.zone, "en", { numeric: true });
    const first =
      typeof x === "string" ? x.localeCompare(String(y), "en", { numeric: true }) : x - Number(y);
    return down ? -first : first;
  };
  return [...zones].sort(order);
}

function column(by: ZoneColumn, text: string, { studio }: State): HTMLElement {
  const { sort } = studio;
  const now = sort.by === by;
  const down = now ? !sort.down : by !== "zone";
  return h(
    "th",
    { scope: "col", "aria-sort": now ? (sort.down ? "descending" : "ascending") : "none" },
    h(
      "button",
      {
        type: "button",
        "data-key": `sort-${by}`,
        onclick: () => setStudio({ sort: { by, down } }),
      },
      text,
      h("span", { "aria-hidden": "true" }, now ? (sort.down ? " ▾" : " ▴") : ""),
    ),
  );
}

/** A bar that points at its zone: pressed, the map goes there. */
function workBar(one: ZoneFigures, most_h: number, mean_h: number, go: Go): HTMLElement {
  const { total_h } = one.workload;
  const share = (hours: number) => `${(hours / most_h) * 100}%`;
  return h(
    "button.balance",
    {
      type: "button",
      "data-key": `bar-${one.zone}`,
      "aria-label": t("studio_show_zone", { zone: one.zone, hours: number(total_h, 1) }),
      onclick: () => {
        setStudio({ zone: one.zone });
        go.toZone(one.zone);
      },
    },
    number(total_h, 1),
    h(
      "span.bar-track",
      { "aria-hidden": "true" },
      h("span", { style: { width: share(total_h) } }),
      h("i", { style: { left: share(mean_h) } }),
    ),
  );
}

function zoneRow(one: ZoneFigures, state: State, bar: HTMLElement): HTMLElement {
  return h(
    "tr",
    { "data-zone": one.zone },
    h(
      "th",
      { scope: "row" },
      h(
        "button",
        {
          type: "button",
          "data-key": `zone-${one.zone}`,
          "aria-pressed": String(state.studio.zone === one.zone),
          onclick: () => setStudio({ zone: one.zone }),
        },
        one.zone,
      ),
      one.locked && h("span.badge", { "data-locked": "" }, t("studio_locked")),
      h("small", {}, nameOf(one)),
    ),
    h("td", { "data-figure": "atoms" }, number(one.atoms)),
    h("td", { "data-figure": "work" }, bar),
    h("td", {}, one.own.p90_s === null ? "–" : minutesOf(one.own.p90_s)),
  );
}

function zoneTable(judgement: Judgement, state: State, go: Go): HTMLElement {
  const hours = judgement.zones.map(({ workload }) => workload.total_h);
  const most = Math.max(...hours, 1e-9);
  const mean = hours.reduce((sum, one) => sum + one, 0) / Math.max(hours.length, 1);
  return h(
    "table.zones",
    { "data-revision": judgement.plan.revision },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        column("zone", t("studio_zone"), state),
        column("atoms", t("studio_atoms"), state),
        column("work", t("studio_work"), state),
        column("p90", t("studio_p90"), state),
      ),
    ),
    h(
      "tbody",
      {},
      sorted(judgement.zones, state.studio.sort).map((one) =>
        zoneRow(one, state, workBar(one, most, mean, go)),
      ),
    ),
  );
}

/** All of them together. */
function wholeText({ whole, imbalance, unassigned, assumptions }: Judgement): HTMLElement {
  const row = (key: Text, value: string, id: string) => [
    h("dt", {}, t(key)),
    h("dd", { "data-figure": id }, value),
  ];
  const even = imbalance.workload.max_to_mean;
  return h(
    "div",
    {},
    h(
      "dl.whole",
      {},
      row("studio_covered", percent(whole.own.within.share), "covered"),
      row("studio_p90_whole", whole.own.p90_s === null ? "–" : minutesOf(whole.own.p90_s), "p90"),
      row("studio_even", even === null ? "–" : number(even, 2), "even"),
      unassigned > 0 && row("studio_nobodys", number(unassigned), "unassigned"),
    ),
    h("p.hint", {}, t("studio_covered_hint", { n: assumptions.minutes })),
  );
}

const COLUMNS: [Text, (one: ZoneFigures) => string | number | null][] = [
  ["csv_zone", (one) => one.zone],
  ["csv_name", (one) => nameOf(one)],
  ["csv_locked", (one) => (one.locked ? 1 : 0)],
  ["csv_atoms", (one) => one.atoms],
  ["csv_area_m2", (one) => Math.round(one.area_m2)],
  ["csv_buildings", (one) => one.buildings],
  ["csv_incidents", (one) => one.incidents],
  ["csv_road_km", (one) => one.road_km],
  ["csv_work_h", ({ workload }) => workload.total_h],
  ["csv_p50_s", ({ own }) => own.p50_s],
  ["csv_p90_s", ({ own }) => own.p90_s],
  ["csv_share_in_time", ({ own }) => own.within.share],
  ["csv_parts", (one) => one.parts],
  ["csv_polsby_popper", (one) => one.polsby_popper],
  ["csv_people_wanted", ({ people }) => people.wanted],
  ["csv_people_there", ({ people }) => people.there],
];

/** In the order that is shown. */
function saveZones(judgement: Judgement, state: State): void {
  const head = COLUMNS.map(([name]) => t(name));
  const rows = sorted(judgement.zones, state.studio.sort).map((one) =>
    COLUMNS.map(([, of]) => of(one)),
  );
  const { layer, plan } = judgement;
  save(`zones-${layer}-r${plan.revision}.csv`, csv([head, ...rows]), "text/csv");
}

function chosenZone(judgement: Judgement, state: State): HTMLElement | null {
  const { zone, layer } = state.studio;
  const its = judgement.zones.find((one) => one.zone === zone);
  if (!its || !isDraft(state) || !may("plan", state)) return null;
  const into = h(
    "select",
    { id: "studio-into", "data-key": "studio-into" },
    judgement.zones
      .filter((one) => one.zone !== its.zone)
      .map((one) => h("option", { value: one.zone }, labelled(one.zone, nameOf(one)))),
  );
  const press = (id: string, text: string, act: () => void) =>
    h("button", { type: "button", id, "data-key": id, onclick: act }, text);
  const merge = () => {
    if (!into.value) return;
    setStudio({ zone: into.value });
    void edit({ do: "merge", layer, zone: its.zone, into: into.value });
  };
  const lock = () => void edit({ do: "lock_zone", layer, zone: its.zone, locked: !its.locked });
  return h(
    "section",
    { id: "studio-chosen" },
    h("h3", {}, labelled(its.zone, nameOf(its))),
    h(
      "div.steps",
      {},
      press("studio-lock", t(its.locked ? "studio_unlock" : "studio_lock"), lock),
      press(
        "studio-grow",
        t("studio_grow"),
        () =>
          void edit({ do: "grow", layer, zone: its.zone, how: { also: false, skip_locked: true } }),
      ),
    ),
    h(
      "div.row",
      {},
      h("label", { for: into.id }, t("studio_merge_into")),
      into,
      press("studio-merge", t("studio_merge"), merge),
    ),
  );
}

export function chosenSection(scope: Scope): HTMLElement {
  return part(
    scope,
    ({ studio, session }) => [studio.judgement, studio.zone, session, openPlan({ studio })?.state],
    (state) => state.studio.judgement && chosenZone(state.studio.judgement, state),
  );
}

export function zonesSection(scope: Scope, go: Go): HTMLElement {
  return part(
    scope,
    ({ studio }) => [studio.judgement, studio.zone, studio.sort],
    (state) => {
      const { judgement } = state.studio;
      return (
        judgement &&
        h(
          "section",
          { id: "studio-zones" },
          h("h3", {}, t("studio_zones")),
          wholeText(judgement),
          zoneTable(judgement, state, go),
          h(
            "p",
            {},
            h(
              "button",
              {
                type: "button",
                id: "studio-save",
                "data-key": "studio-save",
                onclick: () => saveZones(judgement, state),
              },
              t("studio_save"),
            ),
          ),
        )
      );
    },
  );
}
