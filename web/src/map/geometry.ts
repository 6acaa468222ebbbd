/** Small geometry for labels and boxes; degrees WGS-84. */
import type { BBox, LngLat } from "../base/types";

type Ring = GeoJSON.Position[];

const GRID_STEPS = 16;

function polygonsOf(geometry: GeoJSON.Geometry): Ring[][] {
  if (geometry.type === "Polygon") return [geometry.coordinates];
  if (geometry.type === "MultiPolygon") return geometry.coordinates;
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(polygonsOf);
  return [];
}

type Nested = GeoJSON.Position | Nested[];

function widen(box: BBox, nested: Nested): void {
  const [lng, lat] = nested;
  if (typeof lng === "number" && typeof lat === "number") {
    box[0] = Math.min(box[0], lng);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lng);
    box[3] = Math.max(box[3], lat);
  } else {
    for (const one of nested as Nested[]) widen(box, one);
  }
}

/** The box around all of `geometries`; west > east when there is nothing. */
export function bboxOf(...geometries: GeoJSON.Geometry[]): BBox {
  const box: BBox = [180, 90, -180, -90];
  for (const geometry of geometries) {
    if (geometry.type !== "GeometryCollection") widen(box, geometry.coordinates);
    else for (const one of geometry.geometries) widen(box, bboxCorners(bboxOf(one)));
  }
  return box;
}

function bboxCorners([west, south, east, north]: BBox): Nested {
  return [
    [west, south],
    [east, north],
  ];
}

export function contains(outer: BBox, inner: BBox): boolean {
  return (
    outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3]
  );
}

function planarArea(ring: Ring): number {
  let twice = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax = 0, ay = 0] = ring[j] ?? [];
    const [bx = 0, by = 0] = ring[i] ?? [];
    twice += ax * by - bx * ay;
  }
  return Math.abs(twice / 2);
}

/** Squared distance to the nearest edge, negative outside; longitudes are squeezed by `squeeze`. */
function insideness(x: number, y: number, rings: Ring[], squeeze: number): number {
  let inside = false;
  let nearest = Number.POSITIVE_INFINITY;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ax = 0, ay = 0] = ring[j] ?? [];
      const [bx = 0, by = 0] = ring[i] ?? [];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
      const dx = (bx - ax) * squeeze;
      const dy = by - ay;
      const px = (x - ax) * squeeze;
      const py = y - ay;
      const along = Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
      nearest = Math.min(nearest, (px - along * dx) ** 2 + (py - along * dy) ** 2);
    }
  }
  return inside ? nearest : -nearest;
}

/** A point well inside the largest part, where a name reads best: the best of a grid of samples. */
export function labelPoint(geometry: GeoJSON.Geometry): GeoJSON.Position | null {
  const rings = polygonsOf(geometry).sort(
    (a, b) => planarArea(b[0] ?? []) - planarArea(a[0] ?? []),
  )[0];
  if (!rings) return null;
  const [west, south, east, north] = bboxOf({ type: "Polygon", coordinates: rings });
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  let best: GeoJSON.Position = [(west + east) / 2, (south + north) / 2];
  let bestValue = Number.NEGATIVE_INFINITY;
  for (let i = 1; i < GRID_STEPS; i++) {
    for (let j = 1; j < GRID_STEPS; j++) {
      const x = west + ((east - west) * i) / GRID_STEPS;
      const y = south + ((north - south) * j) / GRID_STEPS;
      const value = insideness(x, y, rings, squeeze);
      if (value > bestValue) {
        bestValue = value;
        best = [x, y];
      }
    }
  }
  return best;
}

/** Great-circle metres (haversine, mean earth radius), as the service measures. */
export function metresBetween(a: LngLat, b: LngLat): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const [dLat, dLng] = [radians(b.lat - a.lat), radians(b.lng - a.lng)];
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(dLng / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.min(1, Math.sqrt(h)));
}
