/**
 * The tools in hand: a drag on the map by mouse, pen or one finger is one stroke, and one edit. Two fingers move and
 * zoom the map as ever.
 */
import type { Map as MapLibreMap } from "maplibre-gl";
import type { LngLat } from "../base/types";
import { metresBetween } from "../map/geometry";
import { type State, store } from "../state";
import { draw } from "./edits";
import { isDraft } from "./plans";
import type { Stroke, Tool } from "./state";

const STEPS = 48;
const M_PER_DEG = 111_195;
/** At zoom 0 the whole earth is so wide. */
const TILE_PX = 512;
/** The layer that shows where a round tool was. */
export const STROKE_BAND = "stroke-band";
/** A line that a hand draws gets a corner no sooner than after so many pixels. */
const CORNER_PX = 5;

/** Whether the pointer draws, and does nothing else. */
export const isDrawing = (state: Pick<State, "studio" | "side">) =>
  state.side === "studio" &&
  state.studio.tool !== null &&
  state.studio.zone !== null &&
  state.studio.waiting === null &&
  isDraft(state);

const isRound = (tool: Tool | null) => tool === "brush" || tool === "erase";

function circle({ lng, lat }: LngLat, radius_m: number): GeoJSON.Feature {
  const squeeze = Math.cos((lat * Math.PI) / 180);
  const ring = Array.from({ length: STEPS + 1 }, (_, n) => {
    const angle = (n / STEPS) * 2 * Math.PI;
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)].map((one) => (one * radius_m) / M_PER_DEG);
    return [lng + (dx ?? 0) / squeeze, lat + (dy ?? 0)];
  });
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
}

/** What a stroke looks like before the service has taken it. */
function shapeOf(stroke: Stroke, { tool, radius_m }: State["studio"]): GeoJSON.Feature[] {
  const line = stroke.map(({ lng, lat }) => [lng, lat]);
  const last = stroke.at(-1);
  if (isRound(tool) && last) {
    const geometry: GeoJSON.Geometry = { type: "LineString", coordinates: line };
    const band: GeoJSON.Feature = { type: "Feature", properties: { band: true }, geometry };
    return line.length > 1 ? [band, circle(last, radius_m)] : [circle(last, radius_m)];
  }
  if (line.length < 2) return [];
  const geometry: GeoJSON.Geometry =
    tool === "lasso" && line.length > 2
      ? { type: "Polygon", coordinates: [[...line, line[0] as number[]]] }
      : { type: "LineString", coordinates: line };
  return [{ type: "Feature", properties: {}, geometry }];
}

export function followTools(map: MapLibreMap, show: (features: GeoJSON.Feature[]) => void): void {
  let stroke: Stroke | null = null;
  const far = (from: LngLat, to: LngLat) => {
    const { tool, radius_m } = store.state.studio;
    if (isRound(tool)) return metresBetween(from, to) > radius_m / 2;
    const [a, b] = [map.project([from.lng, from.lat]), map.project([to.lng, to.lat])];
    return Math.hypot(a.x - b.x, a.y - b.y) > CORNER_PX;
  };

  /** The band that a round tool leaves is as wide as it, in pixels of this zoom. */
  let width_px = 0;
  const widen = (lat: number) => {
    const round_m = 360 * M_PER_DEG * Math.cos((lat * Math.PI) / 180);
    const m_per_px = round_m / (TILE_PX * 2 ** map.getZoom());
    const next_px = Math.round((2 * store.state.studio.radius_m) / m_per_px);
    if (next_px !== width_px) map.setPaintProperty(STROKE_BAND, "line-width", next_px);
    width_px = next_px;
  };

  const stage = map.getCanvasContainer();
  const placeOf = ({ clientX, clientY }: PointerEvent): LngLat => {
    const { left, top } = stage.getBoundingClientRect();
    const { lng, lat } = map.unproject([clientX - left, clientY - top]);
    return { lng, lat };
  };
  /** Whatever touches the map just now. */
  const down = new Set<number>();
  const drop = () => {
    stroke = null;
    show([]);
  };

  const move = (event: PointerEvent) => {
    if (!isDrawing(store.state) || down.size > 1) return;
    const at = placeOf(event);
    if (isRound(store.state.studio.tool)) widen(at.lat);
    const last = stroke?.at(-1);
    if (stroke && last && far(last, at)) stroke.push(at);
    show(shapeOf([...(stroke ?? []), at], store.state.studio));
  };
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerdown", (event) => {
    down.add(event.pointerId);
    if (!isDrawing(store.state) || event.button !== 0) return;
    // The second finger: nobody draws, the map is moved.
    if (down.size > 1) return drop();
    stroke = [placeOf(event)];
    move(event);
  });
  // The map stays where it is under what draws.
  map.on("mousedown", (event) => {
    if (isDrawing(store.state) && event.originalEvent.button === 0) event.preventDefault();
  });
  map.on("touchstart", (event) => {
    if (isDrawing(store.state) && event.points.length === 1) event.preventDefault();
  });
  window.addEventListener("pointercancel", ({ pointerId }) => {
    if (down.delete(pointerId) && stroke) drop();
  });
  // Also where it is let go beside the map.
  window.addEventListener("pointerup", ({ pointerId }) => {
    down.delete(pointerId);
    if (!stroke) return;
    const done = stroke;
    stroke = null;
    // It stays until its zone is drawn anew; one that nobody answered stays with its question.
    void draw(done).finally(() => {
      if (!stroke && !store.state.studio.waiting) show([]);
    });
  });
  store.watch(["studio", "side"], (state) => {
    if (!isDrawing(state) && !stroke && !state.studio.waiting) show([]);
  });
}
