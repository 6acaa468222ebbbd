/** The whole map style: our own layers from top to bottom of the sheet, no outside source. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { SERVICE } from "../base/api";
import type { Lang } from "../text";
import { cellPaint } from "./bands";
import { ROAD_COLORS } from "./images";

/** Below this zoom only the greater road classes and no grids are drawn. */
export const DETAIL_ZOOM = 12;

export const FONTS = [
  "Noto Sans",
  "Noto Sans CJK SC",
  "PingFang SC",
  "Microsoft YaHei",
  "Segoe UI",
  "sans-serif",
];

const MAJOR_CLASSES = [
  "motorway",
  "motorway_link",
  "trunk",
  "trunk_link",
  "primary",
  "primary_link",
  "secondary",
  "secondary_link",
  "tertiary",
  "tertiary_link",
];
const MINOR_CLASSES = ["unclassified", "residential", "living_street", "service"];

const SOURCES = [
  "county",
  "townships",
  "township-labels",
  "village-labels",
  "grids",
  "grid-labels",
  "coverage",
  "zones",
  "zone-borders",
  "zone-labels",
  "routes",
  "target",
];

/** Both layers of roads are drawn from the same tiles. */
const ROADS = { source: "roads", "source-layer": "roads" } as const;
type RoadLayer = "roads-major" | "roads-minor";

function isOf(layer: RoadLayer): ExpressionSpecification {
  const classes = layer === "roads-major" ? MAJOR_CLASSES : MINOR_CLASSES;
  return ["in", ["get", "class"], ["literal", classes]];
}

const INK = "#33424a";
export const ZONE_COLOR = "#6a1b9a";
const HALO = { "text-halo-color": "rgba(255,255,255,0.92)", "text-halo-width": 1.6 };

/** Line width that doubles as a class scale: `base` pixels at zoom 10, growing with zoom. */
function roadWidth(factor: number): LayerSpecification["paint"] {
  const at = (trunk: number, secondary: number, other: number) => [
    "match",
    ["get", "class"],
    ["motorway", "trunk", "primary"],
    trunk * factor,
    ["secondary", "tertiary"],
    secondary * factor,
    other * factor,
  ];
  return {
    "line-width": [
      "interpolate",
      ["exponential", 1.5],
      ["zoom"],
      8,
      at(1.1, 0.7, 0.4),
      12,
      at(3, 2.2, 1),
      16,
      at(10, 8, 5),
    ],
  } as unknown as LayerSpecification["paint"];
}

function roadLayers(id: RoadLayer): LayerSpecification[] {
  const layout = { "line-cap": "round", "line-join": "round" } as const;
  const minzoom = id === "roads-major" ? 0 : DETAIL_ZOOM;
  return [
    {
      id: `${id}-case`,
      type: "line",
      ...ROADS,
      filter: isOf(id),
      minzoom,
      layout,
      paint: { "line-color": "#a9b4b9", ...(roadWidth(1.45) as object) },
    },
    {
      id,
      type: "line",
      ...ROADS,
      filter: isOf(id),
      minzoom,
      layout,
      paint: {
        "line-color": [
          "match",
          ["get", "class"],
          ["motorway", "trunk", "primary"],
          "#fff3d6",
          "#ffffff",
        ],
        ...(roadWidth(1) as object),
      },
    },
  ];
}

const land: LayerSpecification[] = [
  { id: "sea", type: "background", paint: { "background-color": "#dfe8ec" } },
  { id: "land", type: "fill", source: "county", paint: { "fill-color": "#f7f7f3" } },
];

function coverage(minutes: number): LayerSpecification[] {
  return [
    {
      id: "coverage",
      type: "fill",
      source: "coverage",
      filter: ["!=", ["get", "status"], "no_access"],
      // Opaque at every zoom: what is seen is what the legend shows.
      // Without edges of their own: cells lie side by side.
      paint: { "fill-pattern": cellPaint(minutes), "fill-antialias": false },
    },
    {
      id: "coverage-no-access",
      type: "fill",
      source: "coverage",
      filter: ["==", ["get", "status"], "no_access"],
      paint: { "fill-pattern": "hatch", "fill-opacity": 0.75, "fill-antialias": false },
    },
  ];
}

const borders: LayerSpecification[] = [
  {
    id: "grids",
    type: "line",
    source: "grids",
    minzoom: DETAIL_ZOOM,
    paint: {
      "line-color": "#5b4b8a",
      "line-width": 0.9,
      "line-dasharray": [3, 2],
      "line-opacity": 0.75,
    },
  },
  {
    id: "townships",
    type: "line",
    source: "townships",
    paint: {
      "line-color": "#4a5a63",
      "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.7, 14, 2],
      "line-opacity": 0.8,
    },
  },
  {
    id: "county-line",
    type: "line",
    source: "county",
    paint: {
      "line-color": INK,
      "line-width": ["interpolate", ["linear"], ["zoom"], 8, 1.2, 14, 2.4],
    },
  },
];

const zoneFills: LayerSpecification = {
  id: "zone-fills",
  type: "fill",
  source: "zones",
  paint: { "fill-color": ["coalesce", ["get", "colour"], "#5b4b8a"], "fill-opacity": 0.4 },
};

/** Unlike any border of areas: violet, wide, in a white case. */
const zoneBorders: LayerSpecification[] = [
  {
    id: "zone-borders-case",
    type: "line",
    source: "zone-borders",
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": "#ffffff",
      "line-width": ["interpolate", ["linear"], ["zoom"], 8, 3.2, 14, 7],
      "line-opacity": 0.9,
    },
  },
  {
    id: "zone-borders",
    type: "line",
    source: "zone-borders",
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": ZONE_COLOR,
      "line-width": ["interpolate", ["linear"], ["zoom"], 8, 1.6, 14, 3.5],
    },
  },
];

const zoneNames: LayerSpecification = {
  id: "zone-labels",
  type: "symbol",
  source: "zone-labels",
  minzoom: 10.5,
  layout: {
    "text-field": ["get", "name"],
    "text-font": FONTS,
    "text-size": 12.5,
    "text-max-width": 8,
    "text-offset": [0, 1.4],
  },
  paint: { "text-color": ZONE_COLOR, ...HALO },
};

/** Whatever is not closed is drawn as slowed, also what the page knows nothing about. */
const CLOSED: ExpressionSpecification = ["==", ["get", "speed_factor"], 0];

/** Wide at every zoom: a closed lane matters as much as a closed trunk road. */
function disruptedWidth(factor: number): ExpressionSpecification {
  return ["interpolate", ["linear"], ["zoom"], 8, 3 * factor, 12, 5 * factor, 16, 9 * factor];
}

/** Closed: red and broken. Slowed: orange and whole. Both in a white case, with a sign on top. */
const disruptions: LayerSpecification[] = [
  {
    id: "disruptions-case",
    type: "line",
    source: "disruptions",
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": "#ffffff", "line-width": disruptedWidth(1.8) },
  },
  {
    id: "disruptions-slowed",
    type: "line",
    source: "disruptions",
    filter: ["!", CLOSED],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": ROAD_COLORS.slowed, "line-width": disruptedWidth(1) },
  },
  {
    id: "disruptions-closed",
    type: "line",
    source: "disruptions",
    filter: CLOSED,
    paint: {
      "line-color": ROAD_COLORS.closed,
      "line-width": disruptedWidth(1),
      "line-dasharray": [1.4, 0.6],
    },
  },
];

const roadSigns: LayerSpecification = {
  id: "disruptions-signs",
  type: "symbol",
  source: "disruptions",
  layout: {
    "symbol-placement": "line-center",
    "icon-image": ["case", CLOSED, "road-closed", "road-slowed"],
    "icon-size": ["interpolate", ["linear"], ["zoom"], 8, 0.72, 12, 1],
    "icon-rotation-alignment": "viewport",
    "icon-padding": 10,
  },
};

const roadNames: LayerSpecification[] = (["roads-major", "roads-minor"] as const).map((id) => ({
  id: `${id}-names`,
  type: "symbol",
  ...ROADS,
  filter: isOf(id),
  minzoom: id === "roads-major" ? 12.5 : 14,
  layout: {
    "symbol-placement": "line",
    "text-field": ["coalesce", ["get", "name"], ["get", "ref"], ""],
    "text-font": FONTS,
    "text-size": 11,
  },
  paint: { "text-color": "#56636a", ...HALO },
}));

/** The name of an area in each language; not every area has a Chinese one. */
export const AREA_NAME: Record<Lang, ExpressionSpecification> = {
  en: ["get", "name"],
  zh: ["coalesce", ["get", "name_zh"], ["get", "name"]],
};
export const AREA_LABELS = ["township-labels", "village-labels", "grid-labels", "zone-labels"];

const areaNames: LayerSpecification[] = [
  {
    id: "grid-labels",
    type: "symbol",
    source: "grid-labels",
    minzoom: 13,
    layout: {
      "text-field": AREA_NAME.en,
      "text-font": FONTS,
      "text-size": 10.5,
      "text-max-width": 7,
    },
    paint: { "text-color": "#5b4b8a", ...HALO },
  },
  {
    id: "village-labels",
    type: "symbol",
    source: "village-labels",
    minzoom: 11,
    layout: {
      "text-field": AREA_NAME.en,
      "text-font": FONTS,
      "text-size": 11.5,
      "text-max-width": 7,
    },
    paint: { "text-color": "#4c5a62", ...HALO },
  },
  {
    id: "township-labels",
    type: "symbol",
    source: "township-labels",
    layout: {
      "text-field": AREA_NAME.en,
      "text-font": FONTS,
      "text-size": ["interpolate", ["linear"], ["zoom"], 8, 10.5, 13, 16],
      "text-max-width": 7,
      "text-padding": 1,
      "text-variable-anchor": ["center", "top", "bottom", "left", "right"],
      "text-radial-offset": 0.9,
      "text-justify": "auto",
    },
    paint: { "text-color": "#16252c", ...HALO },
  },
];

const incidents: LayerSpecification[] = [
  {
    id: "incident-clusters",
    type: "circle",
    source: "incidents",
    filter: ["has", "point_count"],
    paint: {
      "circle-color": "#8c1d40",
      "circle-opacity": 0.78,
      "circle-stroke-color": "#ffffff",
      "circle-stroke-width": 1,
      "circle-radius": [
        "interpolate",
        ["linear"],
        ["sqrt", ["get", "point_count"]],
        1,
        7,
        5,
        10,
        20,
        18,
        60,
        26,
      ],
    },
  },
  {
    id: "incident-counts",
    type: "symbol",
    source: "incidents",
    filter: ["has", "point_count"],
    layout: {
      "text-field": ["get", "point_count_abbreviated"],
      "text-font": FONTS,
      "text-size": 10.5,
      "text-allow-overlap": true,
      "text-ignore-placement": true,
    },
    paint: { "text-color": "#ffffff" },
  },
  {
    id: "incidents",
    type: "circle",
    source: "incidents",
    filter: ["!", ["has", "point_count"]],
    paint: {
      "circle-color": [
        "match",
        ["get", "urgency"],
        "urgent",
        "#c4161c",
        "quick",
        "#8c1d40",
        "#6d5560",
      ],
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 3.5, 15, 7],
      "circle-stroke-color": "#ffffff",
      "circle-stroke-width": ["case", ["get", "synthetic"], 1, 2.2],
      "circle-opacity": ["case", ["get", "synthetic"], 0.7, 1],
    },
  },
];

const routes: LayerSpecification[] = [
  {
    id: "route-case",
    type: "line",
    source: "routes",
    filter: ["==", ["get", "part"], "drive"],
    layout: { "line-cap": "round", "line-join": "round", "line-sort-key": ["get", "order"] },
    paint: { "line-color": "#ffffff", "line-width": ["case", ["get", "chosen"], 8, 5] },
  },
  {
    id: "routes",
    type: "line",
    source: "routes",
    filter: ["==", ["get", "part"], "drive"],
    layout: { "line-cap": "round", "line-join": "round", "line-sort-key": ["get", "order"] },
    paint: {
      "line-color": ["case", ["get", "chosen"], "#1d4fd7", "#8fa6dd"],
      "line-width": ["case", ["get", "chosen"], 4.5, 2.5],
    },
  },
  {
    id: "route-walk",
    type: "line",
    source: "routes",
    filter: ["==", ["get", "part"], "walk"],
    paint: { "line-color": "#1d4fd7", "line-width": 2.5, "line-dasharray": [1, 1.4] },
  },
];

/** Where so many squads stand close together that one symbol counts them. */
const squadClusters: LayerSpecification[] = [
  {
    id: "squad-clusters",
    type: "circle",
    source: "squads",
    filter: ["has", "point_count"],
    paint: {
      "circle-color": "#14713d",
      "circle-stroke-color": "#ffffff",
      "circle-stroke-width": 1.5,
      "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "point_count"]], 1, 8, 60, 22],
    },
  },
  {
    id: "squad-counts",
    type: "symbol",
    source: "squads",
    filter: ["has", "point_count"],
    layout: {
      "text-field": ["get", "point_count_abbreviated"],
      "text-font": FONTS,
      "text-size": 10.5,
      "text-allow-overlap": true,
      "text-ignore-placement": true,
    },
    paint: { "text-color": "#ffffff" },
  },
];

const squads: LayerSpecification = {
  id: "squads",
  type: "symbol",
  source: "squads",
  filter: ["!", ["has", "point_count"]],
  layout: {
    "icon-image": ["get", "image"],
    "icon-size": ["interpolate", ["linear"], ["zoom"], 8, 0.72, 12, 1],
    "icon-allow-overlap": true,
    "symbol-sort-key": ["get", "order"],
    "text-field": ["step", ["zoom"], "", 12.5, ["get", "name"]],
    "text-font": FONTS,
    "text-size": 11,
    "text-offset": [0, 1.3],
    "text-anchor": "top",
    "text-optional": true,
  },
  paint: { "text-color": "#16252c", ...HALO },
};

const target: LayerSpecification[] = [
  {
    id: "target",
    type: "circle",
    source: "target",
    paint: {
      // Around a squad, which is drawn over it.
      "circle-radius": ["case", ["to-boolean", ["get", "squad"]], 17, 8],
      "circle-color": "rgba(29,79,215,0.18)",
      "circle-stroke-color": "#1d4fd7",
      "circle-stroke-width": 2.5,
    },
  },
];

export const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

/** Which style layers each switch of the page shows and hides. */
export const SWITCHED = {
  coverage: ["coverage", "coverage-no-access"],
  disruptions: [
    "disruptions-case",
    "disruptions-slowed",
    "disruptions-closed",
    "disruptions-signs",
  ],
  grids: ["grids", "grid-labels"],
  incidents: ["incident-clusters", "incident-counts", "incidents"],
  zones: ["zone-borders-case", "zone-borders", "zone-labels", "zone-fills"],
  squads: ["squads", "squad-clusters", "squad-counts"],
} as const;

export function styleOf(minutes: number): StyleSpecification {
  const sources: StyleSpecification["sources"] = {
    incidents: {
      type: "geojson",
      data: NOTHING,
      cluster: true,
      clusterRadius: 42,
      clusterMaxZoom: 12,
    },
    squads: {
      type: "geojson",
      data: NOTHING,
      promoteId: "id",
      clusterRadius: 36,
      clusterMaxZoom: 11,
    },
    // A short link must not vanish from far away.
    disruptions: { type: "geojson", data: NOTHING, tolerance: 0 },
    roads: {
      type: "vector",
      tiles: [`${SERVICE}/api/v1/tiles/roads/{z}/{x}/{y}`],
      minzoom: 4,
      maxzoom: 16,
    },
  };
  for (const name of SOURCES) sources[name] = { type: "geojson", data: NOTHING };
  return {
    version: 8,
    sources,
    layers: [
      ...land,
      ...coverage(minutes),
      zoneFills,
      ...roadLayers("roads-minor"),
      ...roadLayers("roads-major"),
      ...borders,
      ...zoneBorders,
      ...disruptions,
      ...roadNames,
      ...incidents,
      ...areaNames,
      zoneNames,
      ...routes,
      ...target,
      ...squadClusters,
      squads,
      roadSigns,
    ],
  };
}
