/**
 * Live events (SSE). The browser reconnects by itself with `Last-Event-ID`, so the service replays
 * what was missed; when it gives up, a new stream is opened and everything is read again.
 */
import { api } from "./base/api";
import type { Incident, PositionFix } from "./base/types";
import { store } from "./state";

const REOPEN_MS = 3000;

export interface LiveHandlers {
  incident(incident: Incident): void;
  incidentsReplaced(): void;
  squadsChanged(): void;
  roadsDisrupted(): void;
  positions(fixes: PositionFix[]): void;
  mattersChanged(): void;
  /** Areas or roads were imported, or the history that a resume needs is gone. */
  everything(): void;
}

export function listen(handlers: LiveHandlers): () => void {
  let source: EventSource;
  let reopening = 0;

  const open = (resumed: boolean) => {
    source = new EventSource(api.eventsUrl);
    const on = <T>(name: string, run: (data: T) => void) =>
      source.addEventListener(name, (event) => run(JSON.parse(event.data) as T));

    source.onopen = () => {
      store.set({ live: "open" });
      if (resumed) handlers.everything();
      resumed = false;
    };
    source.onerror = () => {
      store.set({ live: "lost" });
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(reopening);
      reopening = window.setTimeout(() => open(true), REOPEN_MS);
    };
    on<{ incident?: Incident }>("incident", ({ incident }) =>
      incident ? handlers.incident(incident) : handlers.incidentsReplaced(),
    );
    on("incidents_imported", handlers.incidentsReplaced);
    on("squad", handlers.squadsChanged);
    on("squads_imported", handlers.squadsChanged);
    on("disruption", handlers.roadsDisrupted);
    on("disruption_lifted", handlers.roadsDisrupted);
    on<{ positions: PositionFix[] }>("positions", ({ positions }) => handlers.positions(positions));
    on("matters", handlers.mattersChanged);
    for (const name of ["areas", "roads", "reset"]) on(name, handlers.everything);
  };

  open(false);
  return () => {
    clearTimeout(reopening);
    source.close();
  };
}
