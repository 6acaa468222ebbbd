/** Calls that say only an address, put into the state: those that are held, and the open one with its candidates. */
import { explain, failed, NOTHING_SELECTED, selectIncident, showReported } from "../actions";
import { api, isAbort, now } from "../base/api";
import { latest } from "../base/dom";
import type { HeldCall } from "../base/types";
import { once } from "../incidents/doing";
import { notify, store } from "../state";
import { age, t } from "../text";

/** Who waits longest comes first. */
function inOrder(a: HeldCall, b: HeldCall): number {
  return Date.parse(a.reported_at) - Date.parse(b.reported_at) || (a.id < b.id ? -1 : 1);
}

export const loadCalls = latest(async (signal) => {
  try {
    store.set({ calls: (await api.calls(signal)).calls });
  } catch (error) {
    failed("failed_calls", error);
  }
});

export const loadCall = latest(async (signal) => {
  const { selection } = store.state;
  if (selection?.kind !== "call" || !selection.id) return;
  try {
    const call = await api.call(selection.id, signal);
    if (store.state.selection === selection) store.set({ call, selectionBusy: false });
  } catch (error) {
    if (isAbort(error) || store.state.selection !== selection) return;
    store.set({ selectionBusy: false, selectionProblem: explain("failed_calls", error) });
  }
});

export function selectCall(id: string): void {
  const selection = { kind: "call", id } as const;
  store.set({ ...NOTHING_SELECTED, selection, tab: "place", selectionBusy: true });
  void loadCall();
}

/** Opens the form of a call without a place. */
export function takeCall(): void {
  const selection = { kind: "call", id: null } as const;
  store.set({ ...NOTHING_SELECTED, selection, tab: "place", form: "report" });
}

/** A call came in, was located or dropped, here or elsewhere. */
export function callTold(call: HeldCall): void {
  const { calls, selection } = store.state;
  const rest = calls.filter(({ id }) => id !== call.id);
  store.set({ calls: call.state === "held" ? [...rest, call].sort(inOrder) : rest });
  if (selection?.kind !== "call" || selection.id !== call.id || call.state === "held") return;
  if (call.state === "located") {
    selectIncident(call.id);
    return;
  }
  const known = store.state.call?.state === "dropped";
  if (!known) notify(t("call_elsewhere", { reason: call.ended?.reason ?? "" }));
  loadCall.follow();
}

/** Until somebody has to have located it, seconds; null where nobody has to. */
export function leftToLocate_s({ locate_by }: HeldCall): number | null {
  return locate_by ? Math.round((Date.parse(locate_by) - now().getTime()) / 1000) : null;
}

export function locateText(call: HeldCall): string {
  const left_s = leftToLocate_s(call);
  if (left_s === null) return "";
  const key = left_s < 0 ? "call_overdue_by" : "call_locate_left";
  return t(key, { age: age(Math.abs(left_s)) });
}

/** It is where somebody proposed: from now on it is a case. */
export function locate(call: HeldCall): Promise<void> {
  const at = store.state.callAt;
  if (!at) return Promise.resolve();
  const place = { lng: Number(at.lng.toFixed(7)), lat: Number(at.lat.toFixed(7)) };
  return once(`locate ${call.id}`, async () => {
    const incident = await api.locateCall(call.id, place);
    callTold({ ...call, state: "located" });
    showReported(incident);
  });
}

export function drop(call: HeldCall, reason: string): Promise<void> {
  return once(`drop ${call.id}`, async () => {
    const dropped = await api.dropCall(call.id, reason);
    store.set({ call: { ...dropped, candidates: [] } });
    callTold(dropped);
  });
}
