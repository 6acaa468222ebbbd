/** What the promise is worth: shares with their counts, the worst townships, the places not reached. */
import { loadCoverage } from "../actions";
import { fill, h } from "../base/dom";
import { secondsText } from "../base/time";
import type {
  CoverageSummary,
  CoverageTownship,
  Definition,
  Share,
  ShareKind,
} from "../base/types";
import { type State, timeZone } from "../state";
import { minutes, nameOf, number, percent, t, word } from "../text";
import { chosenMoment } from "./controls";
import type { Go, Scope } from "./scope";
import { uncoveredPlaces } from "./uncovered";

const SHARE_KINDS: ShareKind[] = ["area_m2", "grids", "buildings", "incidents"];
const WORST_SHOWN = 6;

function headline(summary: CoverageSummary): HTMLElement {
  const area = summary.shares.accessible.area_m2;
  const { considered, total } = summary.squads;
  return h(
    "div.headline",
    {},
    h("strong", { id: "covered-share" }, percent(area.share)),
    h("p", {}, t("covered_headline", { n: summary.minutes })),
    h(
      "p.squads-on",
      {},
      t(summary.basis === "live" ? "squads_considered_live" : "squads_considered", {
        n: considered,
        total,
      }),
      " · ",
      h("span.nowrap", {}, chosenMoment()),
    ),
  );
}

function shareCell(kind: ShareKind, share: Share | undefined): HTMLElement {
  if (!share) return h("td", {}, "–");
  const width = `${(share.share ?? 0) * 100}%`;
  // Areas are shown in square kilometres.
  const [unit, digits] = kind === "area_m2" ? [1e6, 1] : [1, 0];
  return h(
    "td",
    {},
    h("b", {}, percent(share.share)),
    h("span.bar-track", { "aria-hidden": "true" }, h("span", { style: { width } })),
    h(
      "small",
      {},
      `${number(share.covered / unit, digits)} / ${number(share.total / unit, digits)}`,
    ),
  );
}

function shareTable({ shares }: CoverageSummary): HTMLElement {
  return h(
    "table.shares",
    {},
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, t("share_of")),
        h("th", { scope: "col" }, t("share_accessible")),
        h("th", { scope: "col" }, t("share_all")),
      ),
    ),
    h(
      "tbody",
      {},
      SHARE_KINDS.map((kind) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, t(`share_${kind}`)),
          shareCell(kind, shares.accessible[kind]),
          shareCell(kind, shares.all[kind]),
        ),
      ),
    ),
  );
}

export function definitionText(definition: Definition): string {
  return t("definition", {
    handling: definition.handling_s,
    walk: definition.walk_m_per_s,
    limit: definition.access_limit_m,
    profile: word("profile", definition.profile),
    table: word("table", definition.speed_table),
    calibration: word("calibration", definition.calibration),
  });
}

/** Of its accessible area; a township without any lacks nothing that a squad could change. */
function coveredShare(one: CoverageTownship): number {
  return one.shares.accessible.area_m2.share ?? 1;
}

function byNeed(a: CoverageTownship, b: CoverageTownship): number {
  return coveredShare(a) - coveredShare(b) || (b.worst_s ?? 0) - (a.worst_s ?? 0);
}

/** When the slowest place is reached, or how many cells nobody reaches. */
function slowest({ worst_s, unreachable_cells }: CoverageTownship): string {
  return unreachable_cells > 0
    ? t("worst_unreached", { n: number(unreachable_cells) })
    : `${t("worst_slow")} ${minutes(worst_s)}`;
}

function townshipRow(one: CoverageTownship, go: Go): HTMLElement {
  return h(
    "li",
    {},
    h(
      "button.item",
      {
        type: "button",
        "data-key": `township-${one.code}`,
        onclick: () => go.toArea(one.code),
      },
      h("span", {}, nameOf(one)),
      h("b", {}, percent(coveredShare(one))),
      h("small", {}, `${t("worst_short")} ${minutes(one.p90_s)} · ${slowest(one)}`),
    ),
  );
}

function worstTownships(rows: CoverageTownship[], go: Go): HTMLElement {
  const worst = [...rows].sort(byNeed).slice(0, WORST_SHOWN);
  const full = worst.length > 0 && worst.every((one) => coveredShare(one) === 1);
  return h(
    "section",
    {},
    h("h3", {}, t("worst_townships")),
    rows.length === 0 && h("p.hint", {}, t("no_townships")),
    full && h("p.hint", {}, t("all_full")),
    h(
      "ul.items",
      { id: "worst-townships" },
      worst.map((one) => townshipRow(one, go)),
    ),
  );
}

export function summary(scope: Scope, go: Go): HTMLElement {
  const body = h("div.summary", { "aria-live": "off" });
  const draw = (state: State) => {
    const { summary, summaryAt, townships, coverageBusy, coverageProblem } = state;
    body.setAttribute("aria-busy", String(coverageBusy));
    body.toggleAttribute("data-old", coverageProblem !== null);
    fill(
      body,
      coverageProblem &&
        h(
          "div.problem",
          { role: "alert" },
          h("p", {}, coverageProblem),
          h("button", { type: "button", onclick: () => void loadCoverage() }, t("retry")),
        ),
      !summary && !coverageProblem && h("p.loading", {}, t("loading")),
      summary && [
        h("h2", {}, t("promise", { n: summary.minutes })),
        headline(summary),
        shareTable(summary),
        townships && worstTownships(townships.townships, go),
        uncoveredPlaces(summary, state, go),
        h(
          "p.definition",
          {},
          definitionText(summary.definition),
          " ",
          summaryAt &&
            h(
              "span.as-of",
              {},
              t("as_of", { time: secondsText(summaryAt, timeZone()), seq: summary.as_of_seq }),
            ),
        ),
      ],
    );
  };
  scope.draw(
    [
      "summary",
      "townships",
      "coverageBusy",
      "coverageProblem",
      "names",
      "worst",
      "placesShown",
      "allPlaces",
    ],
    draw,
  );
  return body;
}
