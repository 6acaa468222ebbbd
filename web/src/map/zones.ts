/**
 * Patrol zones on the map: the borders and names of one layer at a time, as they are in force, or as they are in
 * the plan that is open in the studio.
 */
import type { FilterSpecification, GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import { atParam, failed } from "../actions";
import { api } from "../base/api";
import { latest } from "../base/dom";
import type { BBox, Collection } from "../base/types";
import { type State, store } from "../state";
import { openPlan } from "../studio/plans";
import { labelsOf } from "./features";
import { bboxOf } from "./geometry";
import { SWITCHED } from "./style";

/** Drawn when nobody chose another one. */
const FIRST = "enforcement";

export interface ZonesOnMap {
  /** Reads them again. */
  load(): Promise<void>;
  /** Around a zone of the layer that is drawn. */
  boxOf(zone: string): BBox | undefined;
}

/** Which plan is drawn in the studio; null where what is in force is. */
function drawnPlan(state: Pick<State, "studio" | "side">): string | null {
  const { before, beside } = state.studio;
  const plan = openPlan(state);
  if (state.side !== "studio" || !plan) return null;
  return before ? (beside?.with ?? null) : plan.id;
}

/** Shows them from now on. */
export function followZones(map: MapLibreMap): ZonesOnMap {
  const setData = (source: string, data: GeoJSON.FeatureCollection) =>
    map.getSource<GeoJSONSource>(source)?.setData(data);
  let zones: Collection = { type: "FeatureCollection", features: [] };

  const load = latest(async (signal) => {
    const plan = drawnPlan(store.state);
    const asked = plan ? { plan, layer: store.state.studio.layer } : { at: atParam() };
    try {
      const [read, borders] = await Promise.all([
        api.layer("zones", asked, signal),
        api.layer("zone_borders", asked, signal),
      ]);
      zones = read;
      setData("zones", zones);
      setData("zone-borders", borders);
      setData("zone-labels", labelsOf(zones));
      const zoneLayers = [...new Set(zones.features.map((one) => one.properties?.layer as string))];
      const { zoneLayer } = store.state;
      const still = zoneLayer && zoneLayers.includes(zoneLayer) ? zoneLayer : null;
      const first = zoneLayers.includes(FIRST) ? FIRST : (zoneLayers[0] ?? null);
      store.set({ zoneLayers, zoneLayer: still ?? first });
    } catch (error) {
      failed("failed_layer", error);
    }
  });
  store.watch(["zoneLayer"], ({ zoneLayer }) => {
    const one: FilterSpecification = ["==", ["get", "layer"], zoneLayer ?? ""];
    for (const id of SWITCHED.zones) map.setFilter(id, one);
  });
  // A zone's colour would mix with those of response times: it shows when they don't.
  const fill = () => {
    const { coverage, zones } = store.state.layers;
    map.setLayoutProperty("zone-fills", "visibility", zones && !coverage ? "visible" : "none");
  };
  store.watch(["layers"], fill);
  fill();
  store.watch(["wall"], () => void load());
  let drawn = "";
  store.watch(["studio", "side"], (state) => {
    const { layer, drawn: revision, before } = state.studio;
    const open = state.side === "studio" && openPlan(state);
    // Figures come first: what is drawn follows them.
    if (open && revision === null) return;
    const now = open ? `${drawnPlan(state)} ${layer} ${before ? "" : revision}` : "";
    if (now === drawn) return;
    drawn = now;
    void load();
  });
  return {
    load,
    boxOf(zone) {
      const { zoneLayer } = store.state;
      const its = zones.features.find(
        ({ properties }) => properties?.zone === zone && properties.layer === zoneLayer,
      );
      return its && bboxOf(its.geometry);
    },
  };
}
