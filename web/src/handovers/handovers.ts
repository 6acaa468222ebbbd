/** Shift handovers, put into the state: those that wait, and what the sheet shows. */
import { explain, failed } from "../actions";
import { api, isAbort, now } from "../base/api";
import { gather, latest } from "../base/dom";
import type { CaseRemark, OpenThings, ShiftHandover } from "../base/types";
import { afterOf } from "../incidents/queue";
import { setLists } from "../responsibility/browse";
import { may, nameOfCode, type State, store } from "../state";
import { t } from "../text";
import { HANDING_FIRST, type Handing } from "./state";

const PAGE = 20;
/** Several things often change together; one question serves them. */
const OPEN_REST_MS = 1000;

function setHanding(patch: Partial<Handing>): void {
  const { handing } = store.state;
  if (handing) store.set({ handing: { ...handing, ...patch } });
}

const problem = (error: unknown) => {
  if (!isAbort(error)) setHanding({ problem: explain("failed_handovers", error) });
};

/** Those that nobody has accepted. */
export const loadHandovers = latest(async (signal) => {
  try {
    const { handovers } = await api.handovers({ waiting: true, limit: 500 }, signal);
    store.set({ handovers });
  } catch (error) {
    failed("failed_handovers", error);
  }
});

const loadOpen = latest(async (signal) => {
  const { handing } = store.state;
  if (!handing) return;
  try {
    const open = await api.openThings(handing.area, signal);
    if (store.state.handing?.area === handing.area) setHanding({ open, problem: null });
  } catch (error) {
    problem(error);
  }
});

/** What is open is something else now; told only to who looks at it. */
export const openChanged = gather(() => {
  const { handing } = store.state;
  if (handing && !handing.shown) loadOpen.follow();
}, OPEN_REST_MS);

const loadFormer = latest(async (signal) => {
  try {
    const page = await api.handovers({ limit: PAGE }, signal);
    setHanding({ former: page.handovers, after: afterOf(page.next) });
  } catch (error) {
    problem(error);
  }
});

export const loadEarlier = latest(async (signal) => {
  const { handing } = store.state;
  if (!handing?.after) return;
  try {
    const page = await api.handovers({ limit: PAGE, after: handing.after }, signal);
    const former = [...(store.state.handing?.former ?? []), ...page.handovers];
    setHanding({ former, after: afterOf(page.next) });
  } catch (error) {
    problem(error);
  }
});

let wanted = "";
const loadShown = latest(async (signal) => {
  try {
    setHanding({ shown: await api.handover(wanted, signal), problem: null });
  } catch (error) {
    problem(error);
  }
});

/** Names of departments, which only some parts of the page read. */
async function loadUnits(): Promise<void> {
  if (store.state.lists.units.length > 0) return;
  try {
    setLists({ units: await api.units() });
  } catch {
    // Their codes are told then.
  }
}

export function openSheet(): void {
  store.set({ handing: HANDING_FIRST });
  void loadFormer();
  void loadOpen();
  void loadUnits();
}

export const closeSheet = () => store.set({ handing: null });

/** Prepares the next one, of this part. */
export function prepare(area: string | null): void {
  setHanding({ area, open: null, shown: null, problem: null });
  void loadOpen();
}

export function showHandover(id: string): void {
  wanted = id;
  void loadShown();
}

/** A shift was handed over or accepted, here or elsewhere. */
export function handoverTold(told: ShiftHandover): void {
  const rest = store.state.handovers.filter(({ id }) => id !== told.id);
  store.set({ handovers: told.accepted ? rest : [told, ...rest] });
  const { handing } = store.state;
  if (!handing) return;
  const known = handing.former.some(({ id }) => id === told.id);
  const former = known
    ? handing.former.map((one) => (one.id === told.id ? told : one))
    : [told, ...handing.former];
  setHanding({ former });
  const { shown } = handing;
  // What is typed about one that still waits stays.
  if (shown?.id === told.id && told.accepted && !shown.accepted) showHandover(told.id);
}

export async function handOver(id: string, note: string, to: string): Promise<void> {
  const area = store.state.handing?.area;
  const made = await api.handOver({
    id,
    ...(area ? { area } : {}),
    ...(note ? { note } : {}),
    ...(to ? { to } : {}),
  });
  handoverTold(made);
  showHandover(made.id);
}

export async function accept(id: string, note: string, remarks: CaseRemark[]): Promise<void> {
  handoverTold(await api.acceptHandover(id, { ...(note ? { note } : {}), remarks }));
}

/** Whether the reader may take it over; without keys all are one. */
export function mayAccept(one: ShiftHandover, state: State): boolean {
  const { session } = state;
  if (one.accepted || !session || !may("dispatch", state)) return false;
  return one.to ? one.to === session.actor : session.keyless || one.by !== session.actor;
}

export const isLate = ({ accept_by }: ShiftHandover) =>
  accept_by !== null && accept_by !== undefined && Date.parse(accept_by) < now().getTime();

export function partOf({ area, unit }: ShiftHandover): string {
  return nameOfCode(area) ?? unit ?? t("handover_part_all");
}

export const isEmpty = (open: OpenThings) => Object.values(open).every((all) => all.length === 0);
