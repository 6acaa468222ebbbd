/** The way to the place: how far, turn by turn, and a sketch with north above. */
import { api } from "../base/api";
import { h, svg } from "../base/dom";
import type { LngLat, Squad } from "../base/types";
import { bboxOf } from "../map/geometry";
import { metres, minutes, t, word } from "../text";

export interface Turn {
  name: string;
  distance_m: number;
  /** The word of the manoeuvre, such as `turn_left`. */
  turn: string;
}

export interface Way {
  distance_m: number;
  drive_s: number;
  line: GeoJSON.LineString;
  turns: Turn[];
}

const SKETCH = 240;
const MARGIN = 14;

/** Of the service's OSRM door: it knows what is closed. */
export async function askWay(
  profile: Squad["profile"],
  from: LngLat,
  to: LngLat,
  signal?: AbortSignal,
): Promise<Way | null> {
  const { routes } = await api.route(profile, from, to, signal);
  const route = routes[0];
  if (!route) return null;
  const turns = (route.legs[0]?.steps ?? []).map(({ name, distance, maneuver }) => ({
    name,
    distance_m: distance,
    turn: [maneuver.type, maneuver.modifier].filter(Boolean).join("_").replaceAll(" ", "_"),
  }));
  return { distance_m: route.distance, drive_s: route.duration, line: route.geometry, turns };
}

function sketch({ line }: Way): SVGElement {
  const [west, south, east, north] = bboxOf(line);
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const span = Math.max((east - west) * squeeze, north - south, 1e-6);
  const scale = (SKETCH - 2 * MARGIN) / span;
  const [dx, dy] = [(span - (east - west) * squeeze) / 2, (span - (north - south)) / 2];
  const xy = ([lng = 0, lat = 0]: GeoJSON.Position) => [
    MARGIN + ((lng - west) * squeeze + dx) * scale,
    MARGIN + (north - lat + dy) * scale,
  ];
  const points = line.coordinates.map((one) =>
    xy(one)
      .map((n) => n.toFixed(1))
      .join(","),
  );
  const end = (at: GeoJSON.Position | undefined, what: string) => {
    const [cx, cy] = xy(at ?? []);
    return svg("circle", { cx, cy, r: 6, class: what });
  };
  return svg(
    "svg",
    {
      viewBox: `0 0 ${SKETCH} ${SKETCH}`,
      role: "img",
      "aria-label": t("phone_sketch"),
      class: "sketch",
    },
    svg("polyline", { points: points.join(" ") }),
    end(line.coordinates[0], "from"),
    end(line.coordinates.at(-1), "to"),
    svg("path", { d: `M${SKETCH - 16} 26 l5 -16 l5 16 l-5 -4 z`, class: "north" }),
  );
}

export function waySection(way: Way): HTMLElement {
  return h(
    "section",
    { id: "way" },
    h("h2", {}, t("phone_way")),
    h("p", {}, h("b", {}, minutes(way.drive_s)), " · ", metres(way.distance_m)),
    sketch(way),
    h(
      "ol.turns",
      {},
      way.turns.map(({ name, distance_m, turn }) =>
        h(
          "li",
          {},
          h("span", {}, word("way", turn), name && h("b", {}, ` ${name}`)),
          distance_m > 0 && h("small", {}, metres(Math.round(distance_m))),
        ),
      ),
    ),
  );
}
