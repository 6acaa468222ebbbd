/** Starts the page: who we are, which county, the first figures, the map, then everything that follows the state. */
import "maplibre-gl/dist/maplibre-gl.css";
import "./style.css";
import {
  clearSelection,
  followControls,
  incidentTold,
  loadCoverage,
  loadDisruptions,
  loadMatters,
  loadResponsibility,
  loadSession,
  loadSlots,
  loadSquads,
  loadStatus,
  powersChanged,
  refreshRoads,
  refreshSelection,
  refreshSquads,
  selectPlace,
} from "./actions";
import { debounce, gather, h } from "./base/dom";
import type { BBox } from "./base/types";
import { preferredLang, readHash, writeHash } from "./hash";
import { assignmentTold, caseTold, followSeen, loadCases, loadSent } from "./incidents/queue";
import { listen } from "./live";
import type { MapView } from "./map/view";
import { login } from "./panel/login";
import { type Go, Scope } from "./panel/scope";
import { mountShell } from "./panel/shell";
import { followPresent } from "./present";
import { squadChanged, squadsMoved } from "./squads";
import { type State, store } from "./state";
import { setLang, t } from "./text";

const HASH_REST_MS = 250;
const INCIDENT_REST_MS = 500;
/** A service that didn't answer at the start is asked again after this time. */
const START_AGAIN_MS = 3000;

function keepHash(view: MapView): void {
  const write = debounce(() => writeHash(view.camera()), HASH_REST_MS);
  view.map.on("moveend", write);
  store.watch(["lang", "minutes", "basis", "wall", "selection"], write);
  window.addEventListener("hashchange", () => {
    const { view: wanted, camera, point } = readHash();
    store.set({ ...wanted, wall: wanted.wall ?? null });
    if (camera) view.map.jumpTo({ center: [camera.lng, camera.lat], zoom: camera.zoom });
    if (point) selectPlace(point);
  });
}

function followEvents(view: MapView): void {
  const recount = gather(() => loadCoverage.follow(), INCIDENT_REST_MS);
  listen({
    incident(incident) {
      view.addIncident(incident);
      incidentTold(incident.id, incident);
      caseTold(incident);
      recount();
    },
    assignment(assignment) {
      assignmentTold(assignment);
      incidentTold(assignment.incident);
    },
    incidentsReplaced() {
      void loadCases();
      void view.loadIncidents();
      recount();
    },
    squad: squadChanged,
    squadsReplaced: refreshSquads,
    roadsChanged: refreshRoads,
    slotsChanged() {
      void loadSlots();
      refreshRoads();
    },
    zonesChanged() {
      void view.loadZones();
      // Plans give posts, too.
      refreshSquads();
      refreshSelection();
    },
    positions: squadsMoved,
    mattersChanged() {
      void loadMatters();
      // Their limits decide what is due.
      void loadCases();
      loadResponsibility.follow();
    },
    powersChanged,
    everything() {
      void loadStatus().catch(() => {});
      void loadMap(view);
      loadCoverage.follow();
      refreshSelection();
    },
  });
}

/** What is drawn on the map and stands beside it, but for coverage. */
async function loadMap(view: MapView): Promise<void> {
  await Promise.all([
    view.loadBase(),
    view.loadIncidents(),
    view.loadZones(),
    loadMatters(),
    loadSlots(),
    loadSquads(),
    loadDisruptions(),
    loadCases(),
    loadSent(),
  ]);
}

/** Builds the frame around the map, and again in the other language when that is chosen. */
function followLanguage(root: HTMLElement, map: HTMLElement, go: Go): void {
  let scope = new Scope();
  const mount = ({ lang }: State) => {
    scope.end();
    scope = new Scope();
    setLang(lang);
    mountShell(root, map, go, scope);
  };
  mount(store.state as State);
  store.watch(["lang"], mount);
}

function startProblem(root: HTMLElement, error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  root.replaceChildren(
    h(
      "div.start-problem",
      { role: "alert" },
      h("h1", {}, t("failed_start")),
      h("p", {}, why),
      h("button.primary", { type: "button", onclick: () => location.reload() }, t("retry")),
    ),
  );
}

/** Nothing can be read without a key here: the page starts again once there is one. */
function askForKey(root: HTMLElement): void {
  root.replaceChildren(
    h(
      "div.start-problem",
      {},
      h("h1", {}, "Xunge 巡格"),
      h("p", {}, t("sign_in_title")),
      h(
        "button.primary",
        { type: "button", onclick: () => store.set({ signingIn: true }) },
        t("sign_in"),
      ),
    ),
    login(new Scope()),
  );
}

/** Who we are and which county; asked until there is an answer. */
async function meet(root: HTMLElement): Promise<void> {
  for (;;) {
    try {
      await loadSession();
      if (!store.state.signingIn) await loadStatus();
      return;
    } catch (error) {
      startProblem(root, error);
      await new Promise((again) => setTimeout(again, START_AGAIN_MS));
    }
  }
}

async function start(root: HTMLElement): Promise<void> {
  const { view: wanted, camera, point } = readHash();
  store.set({ lang: preferredLang(), ...wanted });
  setLang(store.state.lang);
  // By far the largest part comes while the first questions are asked.
  const map = import("./map/view");
  await meet(root);
  if (store.state.signingIn) return askForKey(root);
  const container = h("div.map", { id: "map", role: "region" });
  let view: MapView | undefined;
  followLanguage(root, container, {
    toMap: () => view?.map.getCanvas().focus(),
    toPoint: (place) => view?.goTo(place),
    toArea: (code) => view?.goToArea(code),
    toDisruption: (disruption) => void view?.goToDisruption(disruption),
  });
  followControls();
  const figures = loadCoverage();
  try {
    const { createMapView } = await map;
    view = await createMapView(
      container,
      camera,
      (store.state.status?.county?.bbox as BBox | undefined) ?? null,
    );
  } catch (error) {
    return startProblem(root, error);
  }
  keepHash(view);
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && store.state.selection && !store.state.form) clearSelection();
  });
  followEvents(view);
  followPresent();
  followSeen();
  await Promise.all([loadMap(view), figures]);
  if (point) selectPlace(point);
  document.documentElement.dataset.ready = "true";
}

void start(document.getElementById("app") as HTMLElement);
