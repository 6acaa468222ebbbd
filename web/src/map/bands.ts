/**
 * Colours of response time: four blues up to the promise, two warm bands beyond it. The promise is
 * also the step from cold to warm, so that it reads without colour vision for red and green.
 */
import type { ExpressionSpecification } from "maplibre-gl";

const KEPT = ["#0b6e75", "#3f97a0", "#82bfc3", "#c2e0e0"];
const LATE = ["#f4b04f", "#d9622b"];
/** Late beyond this multiple of the promise gets the second warm colour. */
const VERY_LATE = 1.5;
export const UNREACHABLE = "#7d2f55";
export const NO_ACCESS = "#9aa3a8";

export interface Band {
  color: string;
  from_min: number;
  /** null: no upper end. */
  to_min: number | null;
  kept: boolean;
}

/** The bands for a promise, in whole minutes; a short promise has fewer of them. */
export function bandsOf(promise_min: number): Band[] {
  const ends = [0.25, 0.5, 0.75, 1].map((part) => Math.round(promise_min * part));
  const bands: Band[] = KEPT.map((color, i) => ({
    color,
    from_min: ends[i - 1] ?? 0,
    to_min: ends[i] ?? promise_min,
    kept: true,
  }));
  const very = Math.round(promise_min * VERY_LATE);
  return [
    ...bands,
    { color: LATE[0] as string, from_min: promise_min, to_min: very, kept: false },
    { color: LATE[1] as string, from_min: very, to_min: null, kept: false },
  ];
}

/** Fill colour by `best_s`; a cell exactly at a band's end still belongs to that band. */
export function cellColor(promise_min: number): ExpressionSpecification {
  const steps = bandsOf(promise_min).flatMap(({ color, from_min }, i) =>
    i === 0 ? [color] : [from_min * 60 + 0.001, color],
  );
  return [
    "case",
    ["==", ["get", "status"], "no_access"],
    "rgba(0,0,0,0)",
    ["==", ["typeof", ["get", "best_s"]], "number"],
    ["step", ["get", "best_s"], ...steps],
    UNREACHABLE,
  ] as unknown as ExpressionSpecification;
}
