/** A layer too large to load whole: from `DETAIL_ZOOM` on, the part in view and a margin around it. */
import type { GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import { failed } from "../actions";
import { api, isAbort } from "../base/api";
import { latest } from "../base/dom";
import type { BBox, Collection } from "../base/types";
import { contains } from "./geometry";
import { DETAIL_ZOOM } from "./style";

/** The loaded box is the view, widened on each side by this part of it. */
const MARGIN = 0.5;

export interface Windowed {
  /** Loads what the view needs; nothing when it is loaded already. */
  follow(): void;
  /** Forgets what was loaded, after an import. */
  forget(): void;
}

export function windowed(
  map: MapLibreMap,
  source: string,
  layer: string,
  loaded: (data: Collection) => void = () => {},
): Windowed {
  let box: BBox | null = null;

  const view = (): BBox => {
    const bounds = map.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  };
  const load = latest(async (signal) => {
    const [west, south, east, north] = view();
    const dx = (east - west) * MARGIN;
    const dy = (north - south) * MARGIN;
    const wanted: BBox = [west - dx, south - dy, east + dx, north + dy];
    box = wanted;
    try {
      const data = await api.layer(layer, { bbox: wanted }, signal);
      map.getSource<GeoJSONSource>(source)?.setData(data);
      loaded(data);
    } catch (error) {
      if (!isAbort(error)) box = null;
      failed("failed_layer", error);
    }
  });

  return {
    follow() {
      if (map.getZoom() < DETAIL_ZOOM || (box && contains(box, view()))) return;
      void load();
    },
    forget() {
      box = null;
      this.follow();
    },
  };
}
