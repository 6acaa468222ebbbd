/** What the studio draws on the map: the stroke in hand, the chosen zone, what is pointed at, what moved. */
import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from "maplibre-gl";
import { failed } from "../actions";
import { api } from "../base/api";
import { latest } from "../base/dom";
import type { BBox, LngLat } from "../base/types";
import { collection } from "../map/features";
import { FONTS, NOTHING } from "../map/style";
import { type State, store } from "../state";
import { followLinked } from "./linked";
import { comparisonQuery } from "./plans";
import { followPosts } from "./posts";
import { followTools, STROKE_BAND } from "./tools";
import { followWhatIf } from "./whatif";

const INK = "#6a1b9a";

const LAYERS: LayerSpecification[] = [
  {
    id: "moved-atoms",
    type: "fill",
    source: "moved",
    paint: { "fill-color": "#d55e00", "fill-opacity": 0.45, "fill-outline-color": "#7a2e00" },
  },
  {
    id: "chosen-zone",
    type: "line",
    source: "zones",
    filter: ["==", ["get", "zone"], ""],
    layout: { "line-join": "round" },
    paint: { "line-color": "#16252c", "line-width": 4 },
  },
  {
    id: "marked",
    type: "line",
    source: "marked",
    paint: { "line-color": "#b4480c", "line-width": 3, "line-dasharray": [2, 1.5] },
  },
  {
    id: "flipped-cells",
    type: "circle",
    source: "what-if",
    filter: ["has", "to"],
    paint: {
      "circle-radius": 4,
      "circle-stroke-width": 1,
      "circle-stroke-color": "#ffffff",
      "circle-color": ["match", ["get", "to"], "covered", "#0f5a30", "#a11a13"],
    },
  },
  {
    id: "candidates",
    type: "symbol",
    source: "what-if",
    filter: ["has", "rank"],
    layout: {
      "text-field": ["get", "rank"],
      "text-font": FONTS,
      "text-size": 20,
      "text-allow-overlap": true,
    },
    paint: { "text-color": INK, "text-halo-color": "#ffffff", "text-halo-width": 3 },
  },
  {
    id: "stroke",
    type: "fill",
    source: "stroke",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": INK, "fill-opacity": 0.25, "fill-outline-color": INK },
  },
  {
    id: STROKE_BAND,
    type: "line",
    source: "stroke",
    filter: ["has", "band"],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": INK, "line-opacity": 0.3 },
  },
  {
    id: "stroke-line",
    type: "line",
    source: "stroke",
    filter: ["!", ["has", "band"]],
    paint: { "line-color": INK, "line-width": 2.5 },
  },
];

function boxOf([west, south, east, north]: BBox): GeoJSON.Feature {
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
}

/** Cells that would be reached or not any more, and candidates by their rank. */
function whatIfFeatures({ answer, ranked, candidates }: State["whatIf"]) {
  const place = ({ lng, lat }: LngLat, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [lng, lat] },
    properties,
  });
  const rank = (i: number) => ranked?.candidates.find(({ index }) => index === i)?.rank;
  return collection([
    ...(answer?.flips.cells ?? []).map((one) => place(one, { to: one.to })),
    ...candidates.map((one, i) => place(one, { rank: String(rank(i) ?? "·") })),
  ]);
}

export function followStudio(map: MapLibreMap): void {
  for (const id of ["moved", "marked", "what-if", "stroke"])
    map.addSource(id, { type: "geojson", data: NOTHING });
  for (const layer of LAYERS) map.addLayer(layer);
  const setData = (source: string, data: GeoJSON.FeatureCollection) =>
    map.getSource<GeoJSONSource>(source)?.setData(data);

  let marked: BBox | null = null;
  let chosen = "";
  const point = ({ studio, side }: State) => {
    const open = side === "studio";
    const zone = (open && studio.zone) || "";
    // Whatever is told to the map draws it anew, which takes longer than the figures of a stroke.
    if (chosen !== `${studio.layer} ${zone}`) {
      chosen = `${studio.layer} ${zone}`;
      map.setFilter("chosen-zone", [
        "all",
        ["==", ["get", "layer"], studio.layer],
        ["==", ["get", "zone"], zone],
      ]);
    }
    const box = open ? studio.marked : null;
    if (box === marked) return;
    marked = box;
    setData("marked", box ? collection([boxOf(box)]) : NOTHING);
  };

  let shown: State["studio"]["comparison"] = null;
  const loadMoved = latest(async (signal) => {
    const { plan } = store.state.studio;
    if (!plan || !shown) return setData("moved", NOTHING);
    try {
      setData("moved", await api.movedAtoms(plan, comparisonQuery(store.state), signal));
    } catch (error) {
      failed("failed_layer", error);
    }
  });
  store.watch(["studio", "side"], (state) => {
    point(state);
    const now = state.side === "studio" ? state.studio.comparison : null;
    if (now === shown) return;
    shown = now;
    void loadMoved();
  });
  followWhatIf();
  store.watch(["whatIf", "side"], ({ whatIf, side }) =>
    setData("what-if", side === "studio" ? whatIfFeatures(whatIf) : NOTHING),
  );
  followLinked(map);
  followPosts(map);
  followTools(map, (features) => setData("stroke", collection(features)));
}
