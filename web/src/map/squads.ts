/** Squads on the map: only those that changed are sent to it, and far out very many are counted together. */
import type { GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import { paced } from "../base/dom";
import type { Squad } from "../base/types";
import { store } from "../state";
import { collection, squadFeature } from "./features";

/** Moving squads are drawn anew at this pace. */
const PACE_MS = 1000;
/** So many still stand apart on the map of a county. */
const CLUSTERED_FROM = 300;

export function followSquads(map: MapLibreMap): void {
  const source = map.getSource<GeoJSONSource>("squads");
  let drawn = new Map<string, Squad>();
  let clustered = false;

  const drawAll = (squads: Squad[]) => {
    const many = squads.length >= CLUSTERED_FROM;
    if (many !== clustered) source?.setClusterOptions({ cluster: many });
    clustered = many;
    source?.setData(collection(squads.map(squadFeature)));
  };
  const draw = () => {
    const { squads } = store.state;
    const next = new Map(squads.map((squad) => [squad.id, squad]));
    const changed = squads.filter((squad) => drawn.get(squad.id) !== squad);
    const gone = [...drawn.keys()].filter((id) => !next.has(id));
    const anew = changed.length === squads.length;
    drawn = next;
    if (anew) drawAll(squads);
    else if (changed.length + gone.length > 0) {
      source?.updateData({ remove: gone, add: changed.map(squadFeature) });
    }
  };
  store.watch(["squads"], paced(draw, PACE_MS));
  // Every name is another one.
  store.watch(["lang"], ({ squads }) => drawAll(squads));
  draw();
}
