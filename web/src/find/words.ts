/** Where a point is, in words: asked of the service once for each point. */
import { api } from "../base/api";
import { h } from "../base/dom";
import type { LngLat, PointInWords } from "../base/types";
import { nameOf } from "../text";

/** The last one asked about, so that a panel which is drawn again asks no more. */
let last: { key: string; told: Promise<PointInWords | null> } | null = null;

function told(point: LngLat): Promise<PointInWords | null> {
  const key = `${point.lng},${point.lat}`;
  if (last?.key === key) return last.told;
  const asked = api.around(point).catch(() => {
    // The coordinates stand there anyhow; whoever looks again asks again.
    if (last?.key === key) last = null;
    return null;
  });
  last = { key, told: asked };
  return asked;
}

/** A line that says so as soon as it is known. */
export function inWords(point: LngLat): HTMLElement {
  const line = h("p.in-words", { id: "in-words" });
  void told(point).then((found) => {
    line.textContent = found ? nameOf({ name: found.words, name_zh: found.words_zh }) : "";
  });
  return line;
}
