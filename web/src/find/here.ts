/** "Where I am": the device's own position as a place. Browsers tell it over HTTPS only. */
import { selectPlace } from "../actions";
import { h } from "../base/dom";
import type { LngLat } from "../base/types";
import type { Go } from "../panel/scope";
import { notify } from "../state";
import { labelled, t } from "../text";

/** Nobody waits longer for a fix. */
const PATIENCE_MS = 15_000;

export interface Here extends LngLat {
  accuracy_m: number;
}

/** The last place that the device told, by which a report says how exact its point is. */
let last: Here | null = null;

export function accuracyOf({ lng, lat }: LngLat): number | null {
  return last?.lng === lng && last.lat === lat ? last.accuracy_m : null;
}

/** Whether this page may ask the device at all. */
export function mayLocate(): boolean {
  return window.isSecureContext && "geolocation" in navigator;
}

export function locate(): Promise<Here> {
  return new Promise((resolve, reject) =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const { longitude: lng, latitude: lat, accuracy } = coords;
        last = { lng, lat, accuracy_m: Math.ceil(accuracy) };
        resolve(last);
      },
      ({ message }) => reject(new Error(message)),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 0 },
    ),
  );
}

export function locateButton(go: Go): HTMLElement {
  const button = h(
    "button.locate",
    {
      type: "button",
      id: "locate-me",
      "aria-label": t("locate_me"),
      title: t(mayLocate() ? "locate_me" : "locate_needs_https"),
      onclick: async () => {
        if (!mayLocate()) return notify(t("locate_needs_https"));
        button.setAttribute("aria-busy", "true");
        try {
          const here = await locate();
          const point = { lng: here.lng, lat: here.lat };
          go.toPoint(point);
          selectPlace(point);
        } catch (error) {
          notify(labelled(t("locate_failed"), error instanceof Error ? error.message : ""));
        } finally {
          button.removeAttribute("aria-busy");
        }
      },
    },
    h("i", { "aria-hidden": "true" }),
  );
  return button;
}
