/** Patrol zones on the map: the borders and names of one layer at a time, as they are in force. */
import type { FilterSpecification, GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import { atParam, failed } from "../actions";
import { api } from "../base/api";
import { latest } from "../base/dom";
import { store } from "../state";
import { openPlan } from "../studio/plans";
import { labelsOf } from "./features";
import { SWITCHED } from "./style";

/** Drawn when nobody chose another one. */
const FIRST = "enforcement";

/** Shows them from now on; the answer reads them again. */
export function followZones(map: MapLibreMap): () => Promise<void> {
  const setData = (source: string, data: GeoJSON.FeatureCollection) =>
    map.getSource<GeoJSONSource>(source)?.setData(data);

  const load = latest(async (signal) => {
    const plan = openPlan(store.state);
    const { layer } = store.state.studio;
    const studio = store.state.side === "studio" && plan;
    const asked = studio ? { plan: plan.id, layer } : { at: atParam() };
    try {
      const [zones, borders] = await Promise.all([
        api.layer("zones", asked, signal),
        api.layer("zone_borders", asked, signal),
      ]);
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
  // The plan that is open in the studio, as it is after the last edit.
  let drawn = "";
  store.watch(["studio", "side"], (state) => {
    const plan = state.side === "studio" && openPlan(state);
    const now = plan ? `${plan.id} ${state.studio.layer} ${plan.revision}` : "";
    if (now === drawn) return;
    drawn = now;
    void load();
  });
  return load;
}
