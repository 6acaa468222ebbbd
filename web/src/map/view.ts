/** The map: made once, then follows the state; clicks become selections. */
import {
  type GeoJSONSource,
  Map as MapLibreMap,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { atParam, failed, isLocating, selectIncident, selectPlace, selectSquad } from "../actions";
import { api } from "../base/api";
import { latest } from "../base/dom";
import type { BBox, Collection, Disruption, Incident, LngLat } from "../base/types";
import type { Camera } from "../hash";
import { followAudit } from "../responsibility/map";
import { type LayerName, type Selection, type State, store } from "../state";
import { followStudio } from "../studio/map";
import { isDrawing } from "../studio/tools";
import { isPicking, pickAt } from "../studio/whatif";
import { cellPaint } from "./bands";
import { followBasemap } from "./basemap";
import { collection, incidentFeature, labelsOf, routeFeatures } from "./features";
import { bboxOf } from "./geometry";
import { addImages } from "./images";
import { learnNames } from "./names";
import { followSquads } from "./squads";
import { AREA_LABELS, AREA_NAME, FONTS, NOTHING, SWITCHED, styleOf } from "./style";
import { windowed } from "./windowed";
import { followZones } from "./zones";

declare global {
  interface Window {
    /** For the browser test: the live map object. */
    xungeMap?: MapLibreMap;
  }
}

/** Half-width of the square in which a click still hits a symbol, pixels. */
const HIT_PX = 6;
/** Where the camera stops when it flies to a place. */
const PLACE_ZOOM = 13.2;
/** How near it goes to a road, however short. */
const ROAD_ZOOM = 15;

/** What follows events, whether anything is drawn or not. */
export interface FollowedMap {
  loadBase(): Promise<void>;
  loadIncidents(): Promise<void>;
  loadZones(): Promise<void>;
  addIncident(incident: Incident): void;
  /** What lies beneath everything; the last to come. */
  loadBasemap(): Promise<void>;
}

export interface MapView extends FollowedMap {
  map: MapLibreMap;
  camera(): Camera;
  goTo(point: LngLat): void;
  goToArea(code: string): void;
  goToBox(box: BBox): void;
  goToZone(code: string): void;
  goToDisruption(disruption: Disruption): Promise<void>;
}

export async function createMapView(
  container: HTMLElement,
  camera: Camera | null,
  bbox: BBox | null,
): Promise<MapView> {
  setWorkerUrl(new URL(workerUrl, import.meta.url).href);
  const map = new MapLibreMap({
    container,
    style: styleOf(store.state.minutes),
    localIdeographFontFamily: FONTS.slice(1).join(","),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    minZoom: 4,
    maxZoom: 19,
    // Names come and go at once for whoever wants little to move.
    fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 300,
    ...(camera
      ? { center: [camera.lng, camera.lat] as [number, number], zoom: camera.zoom }
      : bbox
        ? { bounds: bbox, fitBoundsOptions: { padding: fitPadding() } }
        : {}),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ maxWidth: 90 }), "bottom-right");
  map.on("error", (event) => failed("failed_layer", event.error));
  window.xungeMap = map;
  await map.once("load");
  addImages(map);

  const setData = (source: string, data: GeoJSON.FeatureCollection) =>
    map.getSource<GeoJSONSource>(source)?.setData(data);

  const incidents = new Map<string, GeoJSON.Feature>();
  const boxes = new Map<string, BBox>();
  const drawIncidents = () => setData("incidents", collection([...incidents.values()]));
  const grids = windowed(map, "grids", "grids", (grids) => {
    setData("grid-labels", labelsOf(grids));
    learnNames(grids);
  });
  map.on("moveend", () => grids.follow());

  const drawCoverage = latest(async (signal) => {
    const { minutes, basis, layers } = store.state;
    if (!layers.coverage) return;
    try {
      setData("coverage", await api.coverageLayer({ minutes, basis, at: atParam() }, signal));
    } catch (error) {
      failed("failed_layer", error);
    }
  });

  store.watch(["minutes"], ({ minutes }) =>
    map.setPaintProperty("coverage", "fill-pattern", cellPaint(minutes)),
  );
  // A summary arrives whenever coverage was asked anew: for a control, or because squads changed.
  store.watch(["summary"], () => void drawCoverage());
  followSquads(map);
  store.watch(["disruptedLinks"], ({ disruptedLinks }) =>
    setData("disruptions", disruptedLinks ?? NOTHING),
  );
  const nameAreas = () => {
    for (const layer of AREA_LABELS) {
      map.setLayoutProperty(layer, "text-field", AREA_NAME[store.state.lang]);
    }
  };
  store.watch(["lang"], nameAreas);
  nameAreas();
  let marked = "";
  const markSelected = ({ selection, incident, callAt, squads }: State) => {
    const its = selection?.kind === "incident" && incident?.id === selection.id ? incident : null;
    const squad =
      selection?.kind === "squad" ? squads.find(({ id }) => id === selection.id) : undefined;
    const stays = selection?.kind === "place" ? selection.point : (callAt ?? its);
    const at = squad ? (squad.position ?? squad.waits_at) : stays;
    // Squads move all the time, and hardly ever the one that is looked at.
    const mark = JSON.stringify([at?.lng, at?.lat, squad?.id]);
    if (mark === marked) return;
    marked = mark;
    const geometry = { type: "Point" as const, coordinates: at ? [at.lng, at.lat] : [] };
    const properties = { squad: squad?.id ?? null };
    setData("target", at ? collection([{ type: "Feature", geometry, properties }]) : NOTHING);
  };
  store.watch(["selection", "incident", "callAt", "squads"], markSelected);
  // The answer changes what is covered: look only after the panel has been drawn, and only once.
  let revealed: Selection | null = null;
  store.watch(["place"], ({ place, selection }) => {
    if (!place || revealed === selection) return;
    revealed = selection;
    if (!map.isMoving()) requestAnimationFrame(() => reveal(map, place.point));
  });
  store.watch(["nearest", "chosenRank"], ({ nearest, chosenRank }) =>
    setData("routes", nearest ? routeFeatures(nearest, chosenRank) : NOTHING),
  );
  const switchLayers = ({ layers }: Pick<State, "layers">) => {
    for (const [name, ids] of Object.entries(SWITCHED)) {
      const visibility = layers[name as LayerName] ? "visible" : "none";
      for (const id of ids) map.setLayoutProperty(id, "visibility", visibility);
    }
  };
  switchLayers(store.state);
  store.watch(["layers"], (state) => {
    switchLayers(state);
    void drawCoverage();
  });
  const zones = followZones(map);
  const loadBasemap = followBasemap(map);
  followAudit(map);
  followStudio(map);
  if (store.state.summary) void drawCoverage();
  listenToPointer(map);

  const loadRoads = async () => {
    map.refreshTiles("roads");
    // Roads may be there before any area is.
    if (camera || bbox) return;
    try {
      const { bounds } = await api.tiles("roads");
      if (bounds) map.fitBounds(bounds as BBox, { padding: fitPadding() });
    } catch (error) {
      failed("failed_layer", error);
    }
  };

  const goToBox = (box: BBox | undefined) => {
    if (box) map.fitBounds(box, { padding: fitPadding(), maxZoom: ROAD_ZOOM });
  };

  return {
    map,
    camera: () => ({ ...map.getCenter(), zoom: map.getZoom() }),
    goTo: (point) =>
      map.easeTo({
        center: [point.lng, point.lat],
        zoom: Math.max(map.getZoom(), PLACE_ZOOM),
        offset: aim(),
      }),
    goToArea: (code) => goToBox(boxes.get(code)),
    goToBox,
    goToZone: (code) => goToBox(zones.boxOf(code)),
    async goToDisruption({ id, from }) {
      try {
        // Also where nothing is drawn, because it is not in force at the chosen moment.
        const { features } = await api.disruptedLinks(from);
        const its = features.filter(({ properties }) => properties.disruption === id);
        if (its.length === 0) return;
        const box = bboxOf(...its.map(({ geometry }) => geometry));
        map.fitBounds(box, { padding: fitPadding(), maxZoom: ROAD_ZOOM });
      } catch (error) {
        failed("failed_layer", error);
      }
    },
    async loadBase() {
      const load = async (layer: string, show: (data: Collection) => void) => {
        try {
          show(await api.layer(layer));
        } catch (error) {
          failed("failed_layer", error);
        }
      };
      await Promise.all([
        load("counties", (data) => {
          setData("county", data);
          learnNames(data);
        }),
        load("townships", (data) => {
          for (const { geometry, properties } of data.features)
            boxes.set(properties?.code, bboxOf(geometry));
          setData("townships", data);
          setData("township-labels", labelsOf(data));
          learnNames(data);
        }),
        load("villages", (data) => {
          setData("village-labels", labelsOf(data));
          learnNames(data);
        }),
        loadRoads(),
      ]);
      grids.forget();
    },
    async loadIncidents() {
      try {
        const data = await api.layer("incidents");
        incidents.clear();
        for (const feature of data.features) incidents.set(feature.properties?.id, feature);
        drawIncidents();
      } catch (error) {
        failed("failed_layer", error);
      }
    },
    loadZones: zones.load,
    loadBasemap,
    addIncident(incident) {
      incidents.set(incident.id, incidentFeature(incident));
      drawIncidents();
    },
  };
}

/** Room kept free around what the camera aims at, pixels. */
const MARGIN_PX = 28;

/** From the middle of the map to the middle of what is not covered. */
function aim(): [number, number] {
  const { top, bottom, left, right } = covered();
  return [(left - right) / 2, (top - bottom) / 2];
}

/** What panels cover of the map: the bottom sheet of narrow screens, legend and answer on wide ones. */
function covered(): { top: number; bottom: number; left: number; right: number } {
  const size = (selector: string) => document.querySelector<HTMLElement>(selector);
  const sheet = size(".sheet");
  if (sheet && getComputedStyle(sheet).position === "absolute") {
    return { top: 0, bottom: sheet.offsetHeight, left: 0, right: 0 };
  }
  const answer = size(".place:not([data-empty])");
  return {
    top: 0,
    bottom: 0,
    left: size(".legend")?.offsetWidth ?? 0,
    right: answer ? answer.offsetWidth + 40 : 0,
  };
}

function fitPadding(): { top: number; bottom: number; left: number; right: number } {
  const { top, bottom, left, right } = covered();
  return {
    top: top + MARGIN_PX,
    bottom: bottom + MARGIN_PX,
    left: left + MARGIN_PX,
    right: right + MARGIN_PX,
  };
}

/** Moves the map just so far that `point` is not under a panel. */
function reveal(map: MapLibreMap, point: LngLat): void {
  const { x, y } = map.project([point.lng, point.lat]);
  const { clientWidth, clientHeight } = map.getContainer();
  const { right, bottom } = covered();
  const dx = Math.max(0, x - (clientWidth - right - 2 * MARGIN_PX));
  const dy = Math.max(0, y - (clientHeight - bottom - 2 * MARGIN_PX));
  if (dx > 0 || dy > 0) map.panBy([dx, dy]);
}

function listenToPointer(map: MapLibreMap): void {
  const symbols = ["squads", "squad-clusters", "incidents", "incident-clusters"];
  const hit = ({ x, y }: { x: number; y: number }) =>
    map.queryRenderedFeatures(
      [
        [x - HIT_PX, y - HIT_PX],
        [x + HIT_PX, y + HIT_PX],
      ],
      { layers: symbols },
    )[0];

  map.on("click", async ({ point, lngLat }) => {
    if (isDrawing(store.state)) return;
    if (isPicking(store.state)) return pickAt(lngLat);
    const feature = hit(point);
    if (!feature || isLocating(store.state))
      return selectPlace({ lng: lngLat.lng, lat: lngLat.lat });
    if (feature.layer.id === "squads") return selectSquad(feature.properties.id);
    if (feature.layer.id === "incidents") return selectIncident(feature.properties.id);
    const source = map.getSource<GeoJSONSource>(feature.source);
    const zoom = await source?.getClusterExpansionZoom(feature.properties.cluster_id);
    map.easeTo({ center: lngLat, zoom: zoom ?? map.getZoom() + 2 });
  });
  // The keyboard moves the map; Enter asks for its middle.
  map.getCanvas().addEventListener("keydown", ({ key }) => {
    if (key === "Enter") selectPlace({ lng: map.getCenter().lng, lat: map.getCenter().lat });
  });
  map.on("mousemove", ({ point }) => {
    // What is under a brush is none of its business, and to look costs a frame.
    if (isDrawing(store.state)) return;
    map.getCanvas().style.cursor = hit(point) ? "pointer" : "crosshair";
  });
}
