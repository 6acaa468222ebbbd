/** The places that a road leads to and nobody reaches in time: the worst first, all of them, to take away. */
import { failed, selectPlace } from "../actions";
import { api } from "../base/api";
import { csv, save } from "../base/csv";
import { h } from "../base/dom";
import type { CoverageSummary, UncoveredCell, Worst } from "../base/types";
import { nameOfCode, type State, store } from "../state";
import { minutes, number, t, word } from "../text";
import type { Go } from "./scope";

const WORSTS: Worst[] = ["minutes", "buildings", "incidents"];
const MORE = 200;

function visit(cell: UncoveredCell, go: Go): void {
  go.toPoint(cell);
  selectPlace({ lng: cell.lng, lat: cell.lat });
}

function placeRow(cell: UncoveredCell, go: Go): HTMLElement {
  const { buildings, incidents } = cell;
  const here = { buildings: number(buildings), incidents: number(incidents) };
  return h(
    "li",
    {},
    h(
      "button.item",
      { type: "button", "data-key": `cell-${cell.cell}`, onclick: () => visit(cell, go) },
      h("span", {}, nameOfCode(cell.township) ?? t("unnamed_area")),
      h("b", {}, cell.best_s === null ? word("reason", cell.reason) : minutes(cell.best_s)),
      h(
        "small",
        {},
        t("uncovered_here", here),
        ` · ${cell.lat.toFixed(4)}, ${cell.lng.toFixed(4)}`,
      ),
    ),
  );
}

const COLUMNS = [
  "cell",
  "lat",
  "lng",
  "township_code",
  "township",
  "reason",
  "best_s",
  "buildings",
  "incidents",
] as const;

/** All of them as a table, whatever is shown. */
export async function saveUncovered({ minutes, basis, at }: CoverageSummary): Promise<void> {
  const { cells } = await api.uncovered({ minutes, basis, at }, store.state.worst);
  const rows = cells.map((cell) => [
    cell.cell,
    cell.lat,
    cell.lng,
    cell.township,
    nameOfCode(cell.township),
    word("reason", cell.reason),
    cell.best_s,
    cell.buildings,
    cell.incidents,
  ]);
  const text = csv([COLUMNS.map((column) => t(`csv_${column}`)), ...rows]);
  save(`uncovered-${minutes}min-${at.slice(0, 16).replaceAll(":", "")}Z.csv`, text, "text/csv");
}

async function download(summary: CoverageSummary): Promise<void> {
  try {
    await saveUncovered(summary);
  } catch (error) {
    failed("failed_coverage", error);
  }
}

function orderSwitch(worst: Worst): HTMLElement {
  const select = h(
    "select",
    {
      id: "worst",
      "data-key": "worst",
      onchange: () => store.set({ worst: select.value as Worst }),
    },
    WORSTS.map((one) => h("option", { value: one, selected: one === worst }, t(`worst_${one}`))),
  );
  return h("p.row", {}, h("label", { for: "worst" }, t("uncovered_first")), select);
}

export function uncoveredPlaces(summary: CoverageSummary, state: State, go: Go): HTMLElement {
  const { cells, uncovered } = summary;
  const { worst, placesShown, allPlaces } = state;
  const listed = (allPlaces ?? uncovered.cells).slice(0, placesShown);
  const more = Math.min(MORE, uncovered.count - listed.length);
  return h(
    "section",
    {},
    h(
      "h3",
      {},
      t("uncovered"),
      " ",
      h("span.count", {}, t("uncovered_count", { n: number(uncovered.count) })),
    ),
    h(
      "p.reasons",
      {},
      (["late", "unreachable", "no_access"] as const).map((reason) =>
        h(
          "span",
          { "data-reason": reason },
          h("i"),
          `${word("reason", reason)} ${number(cells[reason])}`,
        ),
      ),
    ),
    uncovered.count === 0
      ? h("p.hint", {}, t("uncovered_none"))
      : [
          orderSwitch(worst),
          h(
            "ul.items",
            { id: "uncovered" },
            listed.map((cell) => placeRow(cell, go)),
          ),
          h(
            "p.row",
            {},
            more > 0 &&
              h(
                "button",
                {
                  type: "button",
                  id: "more-places",
                  "data-key": "more-places",
                  onclick: () => store.set({ placesShown: listed.length + MORE }),
                },
                t("show_more", { n: number(more) }),
              ),
            h(
              "button",
              {
                type: "button",
                id: "download-places",
                "data-key": "download-places",
                onclick: () => void download(summary),
              },
              t("download"),
            ),
          ),
        ],
  );
}
