/**
 * Live events (SSE). The browser reconnects by itself with `Last-Event-ID`, so the service replays
 * what was missed; when it gives up, a new stream is opened. After any gap everything is read again:
 * positions are not replayed, and what was asked meanwhile got no answer.
 */
import { api, now } from "./base/api";
import type { Incident, PositionFix, Squad } from "./base/types";
import { store } from "./state";

const REOPEN_MS = 3000;

export interface LiveHandlers {
  incident(incident: Incident): void;
  incidentsReplaced(): void;
  squad(squad: Squad): void;
  squadsReplaced(): void;
  /** Closed or opened, slower or quicker. */
  roadsChanged(): void;
  slotsChanged(): void;
  /** Others are in force, or will be. */
  zonesChanged(): void;
  positions(fixes: PositionFix[]): void;
  mattersChanged(): void;
  /** Areas or roads were imported, or events were missed. */
  everything(): void;
}

export function listen(handlers: LiveHandlers): () => void {
  let source: EventSource;
  let reopening = 0;

  const open = (since?: number) => {
    source = new EventSource(api.eventsUrl(since));
    const on = <T>(name: string, run: (data: T) => void) =>
      source.addEventListener(name, (event) => run(JSON.parse(event.data) as T));

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
    on<{ incident?: Incident }>("incident", ({ incident }) =>
      incident ? handlers.incident(incident) : handlers.incidentsReplaced(),
    );
    on("incidents_imported", handlers.incidentsReplaced);
    on<{ squad: Squad }>("squad", ({ squad }) => handlers.squad(squad));
    on("squads_imported", handlers.squadsReplaced);
    for (const name of ["disruption", "disruption_lifted", "calibration"]) {
      on(name, handlers.roadsChanged);
    }
    on("slots", handlers.slotsChanged);
    for (const name of ["zones_in_force", "zones_switched"]) on(name, handlers.zonesChanged);
    on<{ positions: PositionFix[] }>("positions", ({ positions }) => handlers.positions(positions));
    on("matters", handlers.mattersChanged);
    for (const name of ["areas", "roads", "reset"]) on(name, handlers.everything);
  };

  // From what was read first: nothing falls between the first questions and the stream.
  open(store.state.status?.seq);
  return () => {
    clearTimeout(reopening);
    source.close();
  };
}
