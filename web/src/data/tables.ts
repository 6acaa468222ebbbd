/** The tables of the page as CSV, whole: not only the lines that are shown. */
import { api, now } from "../base/api";
import { csv, save, type Value } from "../base/csv";
import type { Incident } from "../base/types";
import { matterName } from "../incidents/facts";
import { queryOf } from "../incidents/queue";
import { saveUncovered } from "../panel/uncovered";
import { nameOfCode, store } from "../state";
import { nameOf, type Text, t, word } from "../text";

export const TABLES = [
  "cases",
  "townships",
  "uncovered",
  "disruptions",
  "squads",
  "nearest",
] as const;
export type Table = (typeof TABLES)[number];

/** More cases than a spreadsheet takes are not asked for. */
const CASES_MAX = 100_000;
const PAGE = 1000;

type Column<T> = [name: string, value: (one: T) => Value];

function write<T>(name: string, rows: T[], columns: Column<T>[]): void {
  const head = columns.map(([column]) => t(`csv_${column}` as Text));
  const stamp = now().toISOString().slice(0, 16).replaceAll(":", "");
  save(
    `${name}-${stamp}Z.csv`,
    csv([head, ...rows.map((row) => columns.map(([, of]) => of(row)))]),
    "text/csv",
  );
}

/** All that match, page by page. */
async function allCases(): Promise<Incident[]> {
  const all: Incident[] = [];
  let after: string | undefined;
  do {
    const query = { ...queryOf(store.state.caseFilter), limit: PAGE, ...(after ? { after } : {}) };
    const page = await api.incidents(query);
    all.push(...page.incidents);
    after = page.next
      ? (new URL(page.next, location.href).searchParams.get("after") ?? undefined)
      : undefined;
  } while (after && all.length < CASES_MAX);
  return all;
}

const SAVED: Record<Table, () => Promise<void> | void> = {
  async cases() {
    write<Incident>("cases", await allCases(), [
      ["id", (one) => one.id],
      ["external_id", (one) => one.external_id],
      ["status", (one) => word("state", one.status)],
      ["urgency", (one) => word("urgency", one.urgency)],
      ["matter", (one) => matterName(one.matter)],
      ["reported_at", (one) => one.reported_at],
      ["due_at", (one) => one.due_at],
      ["lat", (one) => one.lat],
      ["lng", (one) => one.lng],
      ["township", (one) => nameOfCode(one.township)],
      ["village", (one) => nameOfCode(one.village)],
      ["grid", (one) => one.grid],
      ["description", (one) => one.description],
    ]);
  },
  townships() {
    write("townships", store.state.townships?.townships ?? [], [
      ["township_code", (one) => one.code],
      ["township", (one) => nameOf(one)],
      ["area_share", ({ shares }) => shares.accessible.area_m2.share],
      ["covered_km2", ({ shares }) => shares.accessible.area_m2.covered / 1e6],
      ["total_km2", ({ shares }) => shares.accessible.area_m2.total / 1e6],
      ["p90_s", (one) => one.p90_s],
      ["worst_s", (one) => one.worst_s],
      ["unreached", (one) => one.unreachable_cells],
    ]);
  },
  async uncovered() {
    if (store.state.summary) await saveUncovered(store.state.summary);
  },
  disruptions() {
    write("roads", store.state.disruptions, [
      ["id", (one) => one.id],
      ["reason", (one) => one.reason],
      ["speed_factor", (one) => one.speed_factor],
      ["phase", (one) => word("phase", one.phase)],
      ["from", (one) => one.from],
      ["until", (one) => one.until],
    ]);
  },
  squads() {
    write("squads", store.state.squads, [
      ["id", (one) => one.id],
      ["name", (one) => nameOf(one)],
      ["kind", (one) => word("kind", one.kind)],
      ["unit", (one) => one.unit],
      ["status", (one) => word("status", one.status)],
      ["on_shift", (one) => (one.on_shift ? 1 : 0)],
      ["lat", ({ position, waits_at }) => (position ?? waits_at).lat],
      ["lng", ({ position, waits_at }) => (position ?? waits_at).lng],
      ["fixed_at", ({ position }) => position?.fixed_at ?? null],
    ]);
  },
  nearest() {
    write("nearest", store.state.nearest?.squads ?? [], [
      ["rank", (one) => one.rank],
      ["id", (one) => one.squad.id],
      ["squad", (one) => nameOf(one.squad)],
      ["eta_s", (one) => one.eta_s],
      ["distance_m", (one) => one.distance_m],
      ["competence", (one) => t(one.competence === "full" ? "competent" : "first_response")],
    ]);
  },
};

/** Whether there is anything of it now. */
export function hasTable(table: Table): boolean {
  const { summary, townships, disruptions, squads, nearest } = store.state;
  const there = {
    cases: true,
    townships: Boolean(townships),
    uncovered: Boolean(summary),
    disruptions: disruptions.length > 0,
    squads: squads.length > 0,
    nearest: Boolean(nearest?.squads.length),
  };
  return there[table];
}

export async function saveTable(table: Table): Promise<void> {
  await SAVED[table]();
}
