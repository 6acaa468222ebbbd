/** Lists as they are kept: which there are, what a version says, and what is other than before and above. */
import { failed } from "../actions";
import { api, isAbort } from "../base/api";
import { latest } from "../base/dom";
import type { EntryScope, ListSummary, ListVersion, Power } from "../base/types";
import { store } from "../state";
import { listed, nameOf, t, word } from "../text";
import type { Lists } from "./state";

export function setLists(lists: Partial<Lists>): void {
  store.set({ lists: { ...store.state.lists, ...lists } });
}

export const unitName = (code: string): string => {
  const unit = store.state.lists.units.find((one) => one.code === code);
  return unit ? nameOf(unit) : code;
};

/** What an entry speaks of, as it is read. */
export function scopeText(scope: EntryScope): string {
  if (scope.of === "matter") {
    const matter = store.state.matters.find(({ code }) => code === scope.matter);
    return matter ? `${scope.matter} ${nameOf(matter)}` : scope.matter;
  }
  const what = scope.of === "category" ? scope.category : t("lists_everything");
  const but = scope.except ?? [];
  return but.length > 0 ? t("lists_except", { what, but: listed(but) }) : what;
}

export const powersText = (powers: Power[]): string =>
  listed(powers.map((one) => word("power", one)));

/** Of several versions the one in force, else the last. */
export function shownVersions(all: ListSummary[]): ListSummary[] {
  const byCode = new Map<string, ListSummary>();
  for (const one of all) {
    const known = byCode.get(one.list);
    if (!known?.in_force) byCode.set(one.list, one);
  }
  return [...byCode.values()];
}

const fold = (text: string) => text.normalize("NFKC").toLowerCase();

/** Whether all words of the query are in the text. */
export function says(text: string, query: string): boolean {
  const folded = fold(text);
  return fold(query)
    .split(/\s+/)
    .every((one) => folded.includes(one));
}

export const headText = (one: ListSummary): string =>
  [one.list, one.name, one.name_zh, one.unit, unitName(one.unit), one.basis].join(" ");

export const loadLists = latest(async (signal) => {
  try {
    const [all, units] = await Promise.all([api.lists(signal), api.units(signal)]);
    setLists({ all, units });
    kept.clear();
    const { open, query } = store.state.lists;
    if (query) void lookInside();
    if (open) await openList(open.list, open.version);
  } catch (error) {
    failed("failed_lists", error);
  }
});

/** Versions that were read: none ever changes. */
const kept = new Map<string, Promise<ListVersion>>();

function version(list: string, number: number): Promise<ListVersion> {
  const key = `${list} ${number}`;
  const known = kept.get(key) ?? api.list(list, number);
  kept.set(key, known);
  // What failed is asked again.
  known.catch(() => kept.delete(key));
  return known;
}

/** Reads what is in force, to find the matters that are looked for. */
export const lookInside = latest(async (signal) => {
  const { all, query } = store.state.lists;
  if (!all || !query) return setLists({ fits: null });
  try {
    const heads = shownVersions(all);
    const whole = await Promise.all(heads.map((one) => version(one.list, one.version)));
    if (signal.aborted) return;
    const fits = whole.map(({ list, entries }): [string, number] => [
      list,
      entries.filter((one) => says(scopeText(one.scope), query)).length,
    ]);
    setLists({ fits: new Map(fits) });
  } catch (error) {
    failed("failed_lists", error);
  }
});

const read = latest(async (signal) => {
  const { open } = store.state.lists;
  if (!open) return;
  try {
    const compared = await api.listDifferences(open.list, open.version, signal);
    setLists({ compared });
  } catch (error) {
    if (!isAbort(error)) failed("failed_lists", error);
  }
});

export async function openList(list: string, number: number): Promise<void> {
  try {
    setLists({ open: await version(list, number), compared: null });
    await read();
  } catch (error) {
    failed("failed_lists", error);
  }
}
