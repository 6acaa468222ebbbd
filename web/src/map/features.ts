/** From the service's records to the features the map draws. */
import type { Collection, Incident, LngLat, Nearest, Squad } from "../base/types";
import { nameOf } from "../text";
import { labelPoint } from "./geometry";
import { type FixSource, type SquadLook, squadImageName } from "./images";

type Feature = GeoJSON.Feature;

export function collection(features: Feature[]): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features };
}

function point(lng: number, lat: number, properties: GeoJSON.GeoJsonProperties): Feature {
  return { type: "Feature", geometry: { type: "Point", coordinates: [lng, lat] }, properties };
}

export function labelsOf(areas: Collection): GeoJSON.FeatureCollection {
  return collection(
    areas.features.flatMap(({ geometry, properties }) => {
      const at = labelPoint(geometry);
      return at ? [point(at[0] as number, at[1] as number, properties)] : [];
    }),
  );
}

/** What a squad looks like: being off shift outweighs its status. */
export function lookOf(squad: Squad): SquadLook {
  if (squad.status === "out_of_service") return "out_of_service";
  if (!squad.on_shift) return "off_shift";
  if (squad.state === "out_of_contact") return "out_of_contact";
  // Who is on the way back may be sent.
  return squad.status === "busy" ? "busy" : "available";
}

export function sourceOf(squad: Squad): FixSource {
  if (!squad.position) return "post";
  return squad.position.fresh ? "fix" : "stale_fix";
}

const DRAW_ORDER: SquadLook[] = [
  "out_of_service",
  "off_shift",
  "out_of_contact",
  "busy",
  "available",
];

export function squadFeature(squad: Squad): Feature {
  const look = lookOf(squad);
  const { lng, lat } = squad.position ?? squad.waits_at;
  return point(lng, lat, {
    id: squad.id,
    name: nameOf(squad),
    look,
    source: sourceOf(squad),
    image: squadImageName(look, squad.kind === "direct", sourceOf(squad)),
    order: DRAW_ORDER.indexOf(look),
  });
}

export function incidentFeature(incident: Incident): Feature {
  const { id, lng, lat, status, matter, urgency, reported_at, township, synthetic } = incident;
  return {
    ...point(lng, lat, { id, status, matter, urgency, reported_at, township, synthetic }),
    id,
  };
}

/** Routes of all answered squads, the chosen one on top, and the walk from the road to the place. */
export function routeFeatures(nearest: Nearest, chosenRank: number): GeoJSON.FeatureCollection {
  const drives = nearest.squads.flatMap(({ rank, route }): Feature[] =>
    route
      ? [
          {
            type: "Feature",
            geometry: route,
            properties: {
              part: "drive",
              rank,
              chosen: rank === chosenRank,
              order: rank === chosenRank ? 9 : -rank,
            },
          },
        ]
      : [],
  );
  const chosen = nearest.squads.find(({ rank }) => rank === chosenRank) ?? nearest.squads[0];
  const onFoot = (from: LngLat, to: LngLat): Feature => ({
    type: "Feature",
    geometry: {
      type: "LineString",
      coordinates: [
        [from.lng, from.lat],
        [to.lng, to.lat],
      ],
    },
    properties: { part: "walk", chosen: true, order: 10 },
  });
  const walks =
    chosen && drives.length > 0
      ? [onFoot(chosen.from, chosen.enters), onFoot(chosen.leaves, nearest.target.point)]
      : [];
  return collection([...drives, ...walks]);
}
