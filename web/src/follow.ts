/** What the map and its panels are made of is read once, and then follows what events tell. */
import {
  incidentTold,
  loadCoverage,
  loadDisruptions,
  loadMatters,
  loadResponsibility,
  loadSlots,
  loadSquads,
  loadStatus,
  powersChanged,
  refreshRoads,
  refreshSelection,
  refreshSquads,
} from "./actions";
import { gather } from "./base/dom";
import { callTold, loadCall, loadCalls } from "./calls/calls";
import { handoverTold, loadHandovers, openChanged } from "./handovers/handovers";
import { ring } from "./incidents/chime";
import { loadHelp } from "./incidents/help";
import { assignmentTold, caseTold, loadCases, loadSent } from "./incidents/queue";
import { stillStuck, stuckTold } from "./incidents/stuck";
import { listen } from "./live";
import type { FollowedMap } from "./map/view";
import { loadLists } from "./responsibility/browse";
import { feedSilent, squadChanged, squadsMoved, squadsTurned } from "./squads";
import { store } from "./state";
import { loadPlans, planEdited } from "./studio/plans";
import { loadScenarios } from "./studio/scenarios";

const INCIDENT_REST_MS = 500;

export function followEvents(view: FollowedMap): void {
  const recount = gather(() => loadCoverage.follow(), INCIDENT_REST_MS);
  const recountStuck = gather(() => void loadStatus().catch(() => {}), INCIDENT_REST_MS);
  listen({
    incident(incident) {
      const told = stillStuck(incident);
      view.addIncident(told);
      incidentTold(told.id, told);
      caseTold(told);
      ring(told);
      recount();
      openChanged();
    },
    assignment(assignment) {
      assignmentTold(assignment);
      incidentTold(assignment.incident);
      openChanged();
    },
    call(call) {
      callTold(call);
      openChanged();
    },
    handover: handoverTold,
    casesStuck(turned) {
      stuckTold(turned);
      recountStuck();
      openChanged();
    },
    remark: (id) => incidentTold(id),
    whistle(incident) {
      if (store.state.incident?.id === incident) loadHelp.follow();
      openChanged();
    },
    incidentsReplaced() {
      void loadCases();
      void view.loadIncidents();
      recount();
    },
    squad: squadChanged,
    squadsReplaced: refreshSquads,
    roadsChanged() {
      refreshRoads();
      openChanged();
    },
    slotsChanged() {
      void loadSlots();
      refreshRoads();
    },
    plansChanged() {
      if (store.state.side === "studio") loadPlans.follow();
    },
    planEdited,
    scenariosChanged() {
      if (store.state.side === "studio") loadScenarios.follow();
    },
    zonesChanged() {
      void view.loadZones();
      if (store.state.side === "studio") loadPlans.follow();
      // Plans give posts, too.
      refreshSquads();
      refreshSelection();
    },
    positions: squadsMoved,
    squadsTurned(turned) {
      squadsTurned(turned);
      openChanged();
    },
    feedSilent,
    mattersChanged() {
      void loadMatters();
      // Their limits decide what is due.
      void loadCases();
      loadResponsibility.follow();
    },
    powersChanged() {
      powersChanged();
      if (store.state.lists.all) loadLists.follow();
    },
    everything() {
      void loadStatus()
        .then(() => view.loadBasemap())
        .catch(() => {});
      void loadMap(view);
      loadCoverage.follow();
      refreshSelection();
      loadCall.follow();
    },
  });
}

/** What is drawn on the map and stands beside it, but for coverage. */
export async function loadMap(view: FollowedMap): Promise<void> {
  await Promise.all([
    view.loadBase(),
    view.loadIncidents(),
    view.loadZones(),
    loadMatters(),
    loadSlots(),
    loadSquads(),
    loadDisruptions(),
    loadCases(),
    loadCalls(),
    loadHandovers(),
    loadSent(),
  ]);
}
