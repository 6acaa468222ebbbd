/** Tells where the device is, often enough to be dispatched from and not more. Needs HTTPS. */
import type { FixDraft as Fix } from "../base/types";
import { mayLocate } from "../find/here";
import { metresBetween } from "../map/geometry";

/** A fix is told when the device has moved so far, or so long after the last one. */
const MOVED_M = 25;
const OLDEST_MS = 30_000;

export interface Watched {
  stop(): void;
}

/** `tell` hears what is worth telling; `failed` why the device says nothing. */
export function watchPosition(
  squad: string,
  tell: (fix: Fix) => void,
  failed: (why: string) => void,
): Watched | null {
  if (!mayLocate()) return null;
  let last: Fix | null = null;
  const number = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      const { longitude: lng, latitude: lat, accuracy: accuracy_m } = coords;
      const fix: Fix = { squad, lng, lat, fixed_at: new Date(timestamp).toISOString(), accuracy_m };
      const old_ms = last ? timestamp - Date.parse(last.fixed_at) : Number.POSITIVE_INFINITY;
      if (last && old_ms < OLDEST_MS && metresBetween(last, fix) < MOVED_M) return;
      last = fix;
      tell(fix);
    },
    ({ message }) => failed(message),
    { enableHighAccuracy: true, maximumAge: 5_000 },
  );
  return { stop: () => navigator.geolocation.clearWatch(number) };
}
