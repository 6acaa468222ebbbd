/**
 * What helps with an open case, beside who comes first: advice whom to send, departments that may be called, what may
 * tell of the same.
 */
import { explain } from "../actions";
import { api, isAbort } from "../base/api";
import { debounce, latest } from "../base/dom";
import { setLists } from "../responsibility/browse";
import { may, notify, type State, store } from "../state";

const AGAIN_MS = 5000;

/** The open case, as long as it is about the present. */
export function caseInHand({ selection, incident, wall }: State): string | null {
  const open = selection?.kind === "incident" && incident?.id === selection.id && incident.open;
  return open && !wall ? incident.id : null;
}

/** Advice to those who may follow it; whistles are for everybody to see. */
export const loadHelp = latest(async (signal) => {
  const { state } = store;
  const { selection } = state;
  if (selection?.kind !== "incident") return;
  const advised = caseInHand(state as State) === selection.id && may("dispatch", state as State);
  try {
    const unnamed = state.lists.units.length === 0;
    const [units, whistles, repeats, advice] = await Promise.all([
      unnamed ? api.units(signal) : state.lists.units,
      api.whistles(selection.id, signal),
      api.caseRepeats(selection.id, signal),
      advised ? api.recommendation(selection.id, state.alarmLevel, signal) : null,
    ]);
    if (unnamed) setLists({ units });
    if (store.state.selection === selection) store.set({ whistles, repeats, advice });
  } catch (error) {
    if (isAbort(error) || store.state.selection !== selection) return;
    // The answer who comes first, asked at the same time, tells when the service is not there.
    if (!store.state.lostAt) notify(explain("failed_help", error));
    helpAgain();
  }
});
const helpAgain = debounce(() => loadHelp.follow(), AGAIN_MS);

export function chooseLevel(alarmLevel: number): void {
  store.set({ alarmLevel });
  void loadHelp();
}
