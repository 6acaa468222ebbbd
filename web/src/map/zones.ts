/** Patrol zones on the map: the borders and names of one layer at a time, as they are in force. */
import type { FilterSpecification, GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import { atParam, failed } from "../actions";
import { api } from "../base/api";
import { latest } from "../base/dom";
import { store } from "../state";
import { labelsOf } from "./features";
import { SWITCHED } from "./style";

/** Drawn when nobody chose another one. */
const FIRST = "enforcement";

/** Shows them from now on; the answer reads them again. */
export function followZones(map: MapLibreMap): () => Promise<void> {
  const setData = (source: string, data: GeoJSON.FeatureCollection) =>
    map.getSource<GeoJSONSource>(source)?.setData(data);

  const load = latest(async (signal) => {
    const at = atParam();
    try {
      const [zones, borders] = await Promise.all([
        api.layer("zones", { at }, signal),
        api.layer("zone_borders", { at }, signal),
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
  return load;
}
