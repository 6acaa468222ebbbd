/**
 * The base map beneath our layers: what the ground looks like, by day and in the dark, in the reader's language. Fills
 * lie under everything, thin lines over the cells, names under all of ours. It comes after the first figures.
 */
import type {
  ExpressionSpecification,
  LayerSpecification,
  Map as MapLibreMap,
  SourceSpecification,
} from "maplibre-gl";
import { failed } from "../actions";
import { api, SERVICE } from "../base/api";
import { isDark, onDark } from "../base/dark";
import { latest } from "../base/dom";
import type { TileJson } from "../base/types";
import { type State, store } from "../state";
import type { Lang } from "../text";
import { FONTS } from "./style";

const SOURCE = "basemap";
type Palette = Record<
  | "land"
  | "built_up"
  | "wood"
  | "park"
  | "water"
  | "shore"
  | "building"
  | "wall"
  | "rail"
  | "path"
  | "name"
  | "halo",
  string
>;

const DAY: Palette = {
  land: "#f5f4ee",
  built_up: "#ebe8e1",
  wood: "#dde8d3",
  park: "#e3eedb",
  water: "#d3e1e8",
  shore: "#a9c4d1",
  building: "#e0dbd1",
  wall: "#b9b1a3",
  rail: "#8d8a92",
  path: "#a2917a",
  name: "#4d5960",
  halo: "rgba(255,255,255,0.92)",
};
const DARK: Palette = {
  land: "#1a2429",
  built_up: "#222c31",
  wood: "#1b2b24",
  park: "#1e3027",
  water: "#0f1a21",
  shore: "#35566a",
  building: "#2c373d",
  wall: "#4b5a62",
  rail: "#76808a",
  path: "#7d7261",
  name: "#c3d0d6",
  halo: "rgba(14,22,27,0.92)",
};

const NAMES_OF_OURS = [
  "roads-major-names",
  "roads-minor-names",
  "township-labels",
  "village-labels",
  "grid-labels",
  "zone-labels",
  "squads",
];

/** What of our own layers is otherwise in the dark: layer, property, value. */
const OURS: [string, string, unknown][] = [
  ["sea", "background-color", DARK.water],
  ["land", "fill-color", DARK.land],
  ["townships", "line-color", "#7f919a"],
  ["county-line", "line-color", "#a3b4bc"],
  ["roads-minor-case", "line-color", "#0b1216"],
  ["roads-major-case", "line-color", "#0b1216"],
  ["roads-minor", "line-color", "#5b6a72"],
  [
    "roads-major",
    "line-color",
    ["match", ["get", "class"], ["motorway", "trunk", "primary"], "#a08d63", "#76868e"],
  ],
  ...NAMES_OF_OURS.flatMap((layer): [string, string, unknown][] => [
    [layer, "text-halo-color", DARK.halo],
    [
      layer,
      "text-color",
      layer === "zone-labels" || layer === "grid-labels" ? "#cdb9f5" : "#e3ebee",
    ],
  ]),
];

const palette = () => (isDark() ? DARK : DAY);

function fills(p: Palette): LayerSpecification[] {
  const fill = (layer: "land" | "built_up" | "wood" | "park" | "water"): LayerSpecification => ({
    id: `base-${layer}`,
    type: "fill",
    source: SOURCE,
    "source-layer": layer,
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": p[layer] },
  });
  return [
    fill("land"),
    fill("built_up"),
    fill("wood"),
    fill("park"),
    fill("water"),
    {
      id: "base-building",
      type: "fill",
      source: SOURCE,
      "source-layer": "building",
      paint: { "fill-color": p.building },
    },
  ];
}

const width = (far: number, near: number): ExpressionSpecification => [
  "interpolate",
  ["exponential", 1.5],
  ["zoom"],
  10,
  far,
  17,
  near,
];

function lines(p: Palette): LayerSpecification[] {
  const line = { type: "line", source: SOURCE } as const;
  return [
    {
      ...line,
      id: "base-waterway",
      "source-layer": "waterway",
      paint: { "line-color": p.shore, "line-width": width(0.5, 3) },
    },
    {
      ...line,
      id: "base-wall",
      "source-layer": "building",
      minzoom: 14,
      paint: { "line-color": p.wall, "line-width": 0.7, "line-opacity": 0.7 },
    },
    {
      ...line,
      id: "base-path",
      "source-layer": "road",
      minzoom: 13,
      filter: ["in", ["get", "class"], ["literal", ["path", "track"]]],
      paint: { "line-color": p.path, "line-width": width(0.5, 2), "line-dasharray": [2.5, 1.5] },
    },
    {
      ...line,
      id: "base-rail",
      "source-layer": "railway",
      paint: { "line-color": p.rail, "line-width": width(0.6, 3) },
    },
    {
      ...line,
      id: "base-sleepers",
      "source-layer": "railway",
      minzoom: 12,
      paint: { "line-color": p.rail, "line-width": width(2, 8), "line-dasharray": [0.25, 2.2] },
    },
  ];
}

/** What matters more is named from farther away. */
const seen: ExpressionSpecification = [
  "<=",
  ["get", "rank"],
  ["step", ["zoom"], 1, 15.5, 2, 16.5, 3],
];

const NAME: Record<Lang, ExpressionSpecification> = {
  en: ["coalesce", ["get", "name_en"], ["get", "name"]],
  zh: ["coalesce", ["get", "name_zh"], ["get", "name"]],
};

function names(p: Palette, lang: Lang): LayerSpecification[] {
  const paint = { "text-color": p.name, "text-halo-color": p.halo, "text-halo-width": 1.4 };
  const symbol = { type: "symbol", source: SOURCE, paint } as const;
  return [
    {
      ...symbol,
      id: "base-number",
      "source-layer": "road",
      minzoom: 10,
      filter: ["has", "ref"],
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 400,
        "text-field": ["get", "ref"],
        "text-font": FONTS,
        "text-size": 10,
        "text-rotation-alignment": "viewport",
      },
    },
    {
      ...symbol,
      id: "base-waterway-names",
      "source-layer": "waterway",
      minzoom: 13,
      filter: ["has", "name"],
      layout: {
        "symbol-placement": "line",
        "text-field": NAME[lang],
        "text-font": FONTS,
        "text-size": 10.5,
      },
    },
    {
      id: "base-poi-dots",
      type: "circle",
      source: SOURCE,
      "source-layer": "poi",
      minzoom: 14.5,
      filter: seen,
      paint: { "circle-radius": 2, "circle-color": p.name, "circle-opacity": 0.8 },
    },
    {
      ...symbol,
      id: "base-poi",
      "source-layer": "poi",
      minzoom: 14.5,
      filter: seen,
      layout: {
        "text-field": NAME[lang],
        "text-font": FONTS,
        "text-size": 10.5,
        "text-max-width": 8,
        "text-anchor": "top",
        "text-offset": [0, 0.4],
        "symbol-sort-key": ["get", "rank"],
      },
    },
    {
      ...symbol,
      id: "base-place",
      "source-layer": "place",
      layout: {
        "text-field": NAME[lang],
        "text-font": FONTS,
        "text-size": ["match", ["get", "rank"], 1, 15, 2, 13, 3, 11.5, 10.5],
        "text-max-width": 7,
        "symbol-sort-key": ["get", "rank"],
      },
    },
  ];
}

/** Each part, and the layer of ours that it lies right beneath. */
function parts(about: TileJson, lang: Lang): [LayerSpecification[], string][] {
  if (about.format !== "pbf") {
    return [[[{ id: "base-picture", type: "raster", source: SOURCE }], "land"]];
  }
  const p = palette();
  return [
    [fills(p), "land"],
    [lines(p), "roads-minor-case"],
    [names(p, lang), "roads-major-names"],
  ];
}

function sourceOf(about: TileJson): SourceSpecification {
  const { minzoom, maxzoom, bounds } = about;
  // Whatever the service calls itself, the page talks to its own origin.
  const tiles = about.tiles.map((url) => url.replace(/^.*(?=\/api\/v1\/)/, SERVICE));
  const common = {
    tiles,
    minzoom,
    maxzoom,
    ...(bounds && { bounds: bounds as [number, number, number, number] }),
  };
  return about.format === "pbf"
    ? { type: "vector", ...common }
    : { type: "raster", tileSize: 256, ...common };
}

/** Shows it until the map is removed, as far as there is one; the answer reads it again. */
export function followBasemap(map: MapLibreMap): () => Promise<void> {
  let about: TileJson | null = null;
  const drawn: string[] = [];
  const byDay = OURS.map(([layer, property]) =>
    map.getPaintProperty(layer, property as "fill-color"),
  );

  const clear = () => {
    for (const id of drawn.splice(0)) map.removeLayer(id);
    if (map.getSource(SOURCE)) map.removeSource(SOURCE);
  };
  const ground = () => {
    const isShown = about !== null && store.state.layers.basemap;
    const hasLand = about?.vector_layers.some(({ id }) => id === "land") ?? false;
    // The county's own ground stays where the base map tells no land from sea.
    map.setLayoutProperty("land", "visibility", isShown ? "none" : "visible");
    for (const [i, [layer, property, night]] of OURS.entries()) {
      map.setPaintProperty(
        layer,
        property as "fill-color",
        (isDark() ? night : byDay[i]) as string,
      );
    }
    if (isShown && !hasLand) map.setPaintProperty("sea", "background-color", palette().land);
  };
  const show = ({ layers }: Pick<State, "layers">) => {
    for (const id of drawn) {
      map.setLayoutProperty(id, "visibility", layers.basemap ? "visible" : "none");
    }
    ground();
  };
  /** Areas that we name ourselves are named once. */
  const nameOnce = () => {
    if (!drawn.includes("base-place")) return;
    const ours = [...new Set([...store.state.names.values()].map(({ name }) => name))];
    map.setFilter("base-place", ["!", ["in", ["get", "name"], ["literal", ours]]]);
  };
  const draw = () => {
    clear();
    if (about) {
      map.addSource(SOURCE, sourceOf(about));
      for (const [layers, beneath] of parts(about, store.state.lang)) {
        for (const layer of layers) {
          map.addLayer(layer, beneath);
          drawn.push(layer.id);
        }
      }
    }
    nameOnce();
    show(store.state);
  };

  const ends = [
    store.watch(["layers"], show),
    store.watch(["names"], nameOnce),
    store.watch(["lang"], draw),
    onDark(draw),
  ];
  map.once("remove", () => {
    for (const end of ends) end();
  });
  ground();
  return latest(async (signal) => {
    if (store.state.status?.basemap !== "shown") {
      about = null;
      return draw();
    }
    try {
      about = await api.tiles("base", signal);
      draw();
    } catch (error) {
      failed("failed_layer", error);
    }
  });
}
