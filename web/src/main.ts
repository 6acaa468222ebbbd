/** Starts the page: who we are, which county, the first figures, the map, then everything that follows the state. */
import "maplibre-gl/dist/maplibre-gl.css";
import "./style.css";
import "./data/data.css";
import "./find/find.css";
import "./studio/studio.css";
import {
  clearSelection,
  followControls,
  loadCoverage,
  loadSession,
  loadStatus,
  selectIncident,
  selectPlace,
} from "./actions";
import { Problem } from "./base/api";
import { dress } from "./base/dark";
import { debounce, h } from "./base/dom";
import type { BBox } from "./base/types";
import { followEvents, loadMap } from "./follow";
import { type Face, type HashView, preferredLang, readHash, writeHash } from "./hash";
import { followSeen } from "./incidents/queue";
import { noMap } from "./map/none";
import type { MapView } from "./map/view";
import { login } from "./panel/login";
import { type Go, Scope } from "./panel/scope";
import { mountShell } from "./panel/shell";
import { restoreStart } from "./phone/offline";
import { followPresent } from "./present";
import { type State, store } from "./state";
import { openScenarioById } from "./studio/scenarios";
import { setLang, t } from "./text";

const HASH_REST_MS = 250;
/** A service that didn't answer at the start is asked again after this time. */
const START_AGAIN_MS = 3000;

/** Pages without the map: what they are made of comes when somebody opens them. */
const faces = { phone: () => import("./phone/page"), wall: () => import("./wall/page") };

/** Opens the place, scenario or case that the address names; a case without a view of the map brings its own. */
function select(wanted: HashView, view: MapView | null): void {
  const { point, incident: id, camera, scenario } = wanted;
  if (point) selectPlace(point);
  if (scenario) void openScenarioById(scenario);
  if (!id) return;
  selectIncident(id);
  const end = store.watch(["incident", "selection"], ({ incident, selection }) => {
    const still = selection?.kind === "incident" && selection.id === id;
    if (still && incident?.id !== id) return;
    end();
    if (still && incident && !camera) view?.goTo(incident);
  });
}

function keepHash(view: MapView | null): void {
  const write = debounce(() => writeHash(view?.camera() ?? null), HASH_REST_MS);
  view?.map.on("moveend", write);
  store.watch(["lang", "minutes", "basis", "wall", "layers", "selection", "side", "whatIf"], write);
  window.addEventListener("hashchange", () => {
    const wanted = readHash();
    const { view: shown, camera } = wanted;
    store.set({ ...shown, wall: shown.wall ?? null });
    if (camera) view?.map.jumpTo({ center: [camera.lng, camera.lat], zoom: camera.zoom });
    select(wanted, view);
  });
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
async function meet(root: HTMLElement, face: Face | null): Promise<void> {
  for (;;) {
    try {
      await loadSession();
      if (!store.state.signingIn) await loadStatus();
      return;
    } catch (error) {
      const unheard = error instanceof Problem && error.status === 0;
      // A squad in a dead zone goes on with what was known last.
      if (face === "phone" && unheard && restoreStart()) return;
      startProblem(root, error);
      await new Promise((again) => setTimeout(again, START_AGAIN_MS));
    }
  }
}

/** Whether the device has what the map is drawn with. */
function drawsMaps(): boolean {
  return document.createElement("canvas").getContext("webgl2") !== null;
}

async function start(root: HTMLElement): Promise<void> {
  const wanted = readHash();
  const { camera, face } = wanted;
  store.set({ lang: preferredLang(), ...wanted.view });
  dress(face === "wall");
  // Another page is built from nothing.
  window.addEventListener("hashchange", () => readHash().face !== face && location.reload());
  setLang(store.state.lang);
  // By far the largest part comes while the first questions are asked.
  const map = face ? null : import("./map/view");
  await meet(root, face);
  if (store.state.signingIn) return askForKey(root);
  if (!map || face) return void (face && (await faces[face]()).mount(root, wanted));
  const container = h("div.map", { id: "map", role: "region" });
  let view: MapView | null = null;
  followLanguage(root, container, {
    toMap: () => view?.map.getCanvas().focus(),
    snapshot() {
      view?.map.redraw();
      return view?.map.getCanvas() ?? null;
    },
    centre: () => view?.camera() ?? null,
    toPoint: (place) => view?.goTo(place),
    toArea: (code) => view?.goToArea(code),
    toBox: (box) => view?.goToBox(box),
    toZone: (code) => view?.goToZone(code),
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
    // Only what is drawn is missing then; a page that didn't arrive is another matter.
    if (drawsMaps()) return startProblem(root, error);
  }
  const followed = view ?? noMap(container);
  keepHash(view);
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && store.state.selection && !store.state.form) clearSelection();
  });
  followEvents(followed);
  followPresent();
  followSeen();
  await Promise.all([loadMap(followed), figures]);
  await followed.loadBasemap();
  select(wanted, view);
  document.documentElement.dataset.ready = "true";
}

void start(document.getElementById("app") as HTMLElement);
