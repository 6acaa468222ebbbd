/**
 * Live events (SSE). The browser reconnects by itself with `Last-Event-ID`, so the service replays
 * what was missed; when it gives up, a new stream is opened. After any gap everything is read again:
 * positions are not replayed, and what was asked meanwhile got no answer.
 */
import { api, now } from "./base/api";
import type {
  Assignment,
  EditedPlan,
  Event,
  HeldCall,
  Incident,
  PositionFix,
  ShiftHandover,
  Squad,
  TurnedIncident,
  TurnedSquad,
} from "./base/types";
import { store } from "./state";

const REOPEN_MS = 3000;

export interface LiveHandlers {
  incident(incident: Incident): void;
  /** Somebody remarked in the history of this case. */
  remark(id: string): void;
  incidentsReplaced(): void;
  /** A call that says only an address came in, was located or dropped. */
  call(call: HeldCall): void;
  /** A shift was handed over, or the next one accepted it. */
  handover(handover: ShiftHandover): void;
  /** By the clock alone nothing has happened in these cases for too long, or something has again. */
  casesStuck(turned: TurnedIncident[]): void;
  /** A department was called to this case, or got farther. */
  whistle(incident: string): void;
  /** A squad was sent, or got farther. */
  assignment(assignment: Assignment): void;
  squad(squad: Squad): void;
  squadsReplaced(): void;
  /** Closed or opened, slower or quicker. */
  roadsChanged(): void;
  slotsChanged(): void;
  /** Plans of zones were made or judged. */
  plansChanged(): void;
  planEdited(edit: EditedPlan): void;
  scenariosChanged(): void;
  /** Which zones are in force. */
  zonesChanged(): void;
  positions(fixes: PositionFix[]): void;
  /** By the clock alone squads are asked for, or out of contact, or were heard again. */
  squadsTurned(squads: TurnedSquad[]): void;
  /** When the last position came in, while none does. */
  feedSilent(since: string | null): void;
  mattersChanged(): void;
  /** Units, their rosters or lists: who has which power, and who is on duty. */
  powersChanged(): void;
  /** Areas or roads were imported, or events were missed. */
  everything(): void;
}

/** What is done for each kind of event: one that the contract tells and that is missing here does not compile. */
type Hearing = { [Kind in Event["kind"]]: (event: Extract<Event, { kind: Kind }>) => void };

const hearing = (handlers: LiveHandlers): Hearing => ({
  incident: ({ incident }) => handlers.incident(incident),
  incidents_imported: handlers.incidentsReplaced,
  call: ({ call }) => handlers.call(call),
  // The page has their clocks, too.
  calls_overdue: () => {},
  handover: ({ handover }) => handlers.handover(handover),
  handovers_late: () => {},
  incidents_stuck: ({ incidents }) => handlers.casesStuck(incidents),
  remark: ({ id }) => id && handlers.remark(id),
  squad: ({ squad }) => handlers.squad(squad),
  squads_imported: handlers.squadsReplaced,
  assignment: ({ assignment }) => handlers.assignment(assignment),
  disruption: handlers.roadsChanged,
  disruption_lifted: handlers.roadsChanged,
  calibration: handlers.roadsChanged,
  slots: handlers.slotsChanged,
  positions: ({ positions }) => handlers.positions(positions),
  contact: ({ squads }) => handlers.squadsTurned(squads),
  position_feed: ({ silent_since }) => handlers.feedSilent(silent_since ?? null),
  // What somebody looks for is asked anew.
  places: () => {},
  matters: handlers.mattersChanged,
  codes: handlers.mattersChanged,
  // Drives that ended change nothing until they are put in force as a calibration.
  arrivals: () => {},
  units: handlers.powersChanged,
  lists: handlers.powersChanged,
  rosters: handlers.powersChanged,
  // Who may act is asked anew with each case.
  officers: () => {},
  working_time: () => {},
  stages: () => {},
  scenes: () => {},
  // Cases keep the one that they came in under.
  profiles: () => {},
  // What is wanted is asked anew with each case.
  response_plans: () => {},
  officer: () => {},
  // It counts for cases that come in from now on.
  precedent: () => {},
  whistle: ({ whistle }) => handlers.whistle(whistle.incident),
  scenario: handlers.scenariosChanged,
  scenario_deleted: handlers.scenariosChanged,
  plan: handlers.plansChanged,
  plan_edited: ({ edit }) => handlers.planEdited(edit),
  zones_in_force: handlers.zonesChanged,
  zones_switched: handlers.zonesChanged,
  // Nobody asked for it: the page knows by the other events what to draw anew.
  tiles: () => {},
  areas: handlers.everything,
  // What is not in force yet is not shown.
  areas_drafted: () => {},
  areas_draft_dropped: () => {},
  roads: handlers.everything,
  // An incident is out of one's scope now.
  removed: handlers.incidentsReplaced,
  reset: handlers.everything,
});

export function listen(handlers: LiveHandlers): () => void {
  let source: EventSource;
  let reopening = 0;

  const open = (since?: number) => {
    source = new EventSource(api.eventsUrl(since));
    source.onopen = () => {
      const missed = store.state.lostAt !== null;
      store.set({ live: "open", lostAt: null });
      if (missed) handlers.everything();
    };
    source.onerror = () => {
      store.set({ live: "lost", lostAt: store.state.lostAt ?? now() });
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(reopening);
      reopening = window.setTimeout(() => open(), REOPEN_MS);
    };
    for (const [kind, hear] of Object.entries(hearing(handlers)) as [
      string,
      (e: Event) => void,
    ][]) {
      source.addEventListener(kind, ({ data }) => hear(JSON.parse(data) as Event));
    }
  };

  // From what was read first: nothing falls between the first questions and the stream.
  open(store.state.status?.seq);
  return () => {
    clearTimeout(reopening);
    source.close();
  };
}
