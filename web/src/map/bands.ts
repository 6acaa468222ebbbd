/**
 * Colours of response time: four blues up to the promise, two warm bands beyond it. No seven colours
 * stand apart enough for every eye, so each has marks of its own: the later, the more of them.
 */
import type { ExpressionSpecification } from "maplibre-gl";

export type Marks =
  | "none"
  | "sparse dots"
  | "dots"
  | "dense dots"
  | "lines"
  | "dense lines"
  | "crosses";

/** How a band is painted, on the map at every zoom as in the legend. */
export interface Paint {
  /** The image on the map. */
  image: string;
  color: string;
  /** Of the marks on it. */
  ink: string;
  marks: Marks;
}

const KEPT: Paint[] = [
  { image: "band-1", color: "#3d8f95", ink: "#ffffff", marks: "none" },
  { image: "band-2", color: "#7fb9bd", ink: "#0b4f54", marks: "sparse dots" },
  { image: "band-3", color: "#b2d8d9", ink: "#0b4f54", marks: "dots" },
  { image: "band-4", color: "#deeeed", ink: "#0b4f54", marks: "dense dots" },
];
const LATE: Paint = { image: "band-5", color: "#f7c98a", ink: "#8c3507", marks: "lines" };
const VERY_LATE: Paint = {
  image: "band-6",
  color: "#e08a5c",
  ink: "#5a1f02",
  marks: "dense lines",
};
export const UNREACHABLE: Paint = {
  image: "band-never",
  color: "#7d2f55",
  ink: "#ffffff",
  marks: "crosses",
};
export const PAINTS: Paint[] = [...KEPT, LATE, VERY_LATE, UNREACHABLE];
/** Late beyond this multiple of the promise gets the second warm colour. */
const VERY_LATE_FACTOR = 1.5;
export const NO_ACCESS = "#9aa3a8";

export interface Band {
  paint: Paint;
  from_min: number;
  /** null: no upper end. */
  to_min: number | null;
}

/** The bands for a promise, in whole minutes; a short promise has fewer of them. */
export function bandsOf(promise_min: number): Band[] {
  const ends = [0.25, 0.5, 0.75, 1].map((part) => Math.round(promise_min * part));
  const bands: Band[] = KEPT.map((paint, i) => ({
    paint,
    from_min: ends[i - 1] ?? 0,
    to_min: ends[i] ?? promise_min,
  }));
  const very = Math.round(promise_min * VERY_LATE_FACTOR);
  return [
    ...bands,
    { paint: LATE, from_min: promise_min, to_min: very },
    { paint: VERY_LATE, from_min: very, to_min: null },
  ];
}

/** Fill by `best_s`; a cell exactly at a band's end still belongs to that band. */
export function cellPaint(promise_min: number): ExpressionSpecification {
  const steps = bandsOf(promise_min).flatMap(({ paint: { image }, from_min }, i) =>
    i === 0 ? [image] : [from_min * 60 + 0.001, image],
  );
  return [
    "case",
    ["==", ["typeof", ["get", "best_s"]], "number"],
    ["step", ["get", "best_s"], ...steps],
    UNREACHABLE.image,
  ] as unknown as ExpressionSpecification;
}
