/** The brush on the map: a circle that follows the pointer; a drag is one stroke. */
import type { GeoJSONSource, Map as MapLibreMap, MapMouseEvent } from "maplibre-gl";
import type { LngLat } from "../base/types";
import { metresBetween } from "../map/geometry";
import { type State, store } from "../state";
import { isDraft, paint } from "./plans";

const SOURCE = "brush";
const STEPS = 48;
const M_PER_DEG = 111_195;

function circle({ lng, lat }: LngLat, radius_m: number): GeoJSON.Feature {
  const squeeze = Math.cos((lat * Math.PI) / 180);
  const ring = Array.from({ length: STEPS + 1 }, (_, n) => {
    const angle = (n / STEPS) * 2 * Math.PI;
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)].map((one) => (one * radius_m) / M_PER_DEG);
    return [lng + (dx ?? 0) / squeeze, lat + (dy ?? 0)];
  });
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
}

/** Whether the pointer paints, and does nothing else. */
export const isPainting = (state: Pick<State, "studio" | "side">) =>
  state.side === "studio" && state.studio.brush && state.studio.zone !== null && isDraft(state);

export function followBrush(map: MapLibreMap): void {
  map.addSource(SOURCE, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({
    id: SOURCE,
    type: "fill",
    source: SOURCE,
    paint: { "fill-color": "#6a1b9a", "fill-opacity": 0.25, "fill-outline-color": "#6a1b9a" },
  });
  let stroke: LngLat[] | null = null;
  const show = (features: GeoJSON.Feature[]) =>
    map.getSource<GeoJSONSource>(SOURCE)?.setData({ type: "FeatureCollection", features });

  const move = ({ lngLat }: MapMouseEvent) => {
    if (!isPainting(store.state)) return;
    const { radius_m } = store.state.studio;
    const at = { lng: lngLat.lng, lat: lngLat.lat };
    const last = stroke?.at(-1);
    if (stroke && last && metresBetween(last, at) > radius_m / 2) stroke.push(at);
    show([...(stroke ?? []), at].map((one) => circle(one, radius_m)));
  };
  map.on("mousemove", move);
  map.on("mousedown", (event) => {
    if (!isPainting(store.state) || event.originalEvent.button !== 0) return;
    event.preventDefault();
    stroke = [{ lng: event.lngLat.lng, lat: event.lngLat.lat }];
    move(event);
  });
  // Also where the button is let go beside the map.
  window.addEventListener("mouseup", () => {
    if (!stroke) return;
    const done = stroke;
    stroke = null;
    void paint(done).finally(() => show([]));
  });
  store.watch(["studio", "side"], (state) => {
    if (!isPainting(state) && !stroke) show([]);
  });
}
