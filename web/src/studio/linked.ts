/** The plan that the open one is laid beside, on a map of its own: both look at the same place. */
import { type GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import { failed } from "../actions";
import { api } from "../base/api";
import { h, latest } from "../base/dom";
import type { Collection } from "../base/types";
import { followBasemap } from "../map/basemap";
import { labelsOf } from "../map/features";
import { addImages } from "../map/images";
import { AREA_LABELS, AREA_NAME, FONTS, SWITCHED, styleOf } from "../map/style";
import { type State, store } from "../state";
import { labelled, nameOf, t } from "../text";

declare global {
  interface Window {
    /** For the browser test: the map beside. */
    xungeBeside?: MapLibreMap | undefined;
  }
}

const nameOfOther = ({ studio }: State): string => {
  const other = studio.plans.find(({ id }) => id === studio.beside?.with);
  return labelled(t("studio_before"), other ? nameOf(other) : t("studio_none"));
};

/** A second map; `main` and it follow each other until it is removed. */
class Beside {
  readonly box = h("div.map.beside", { id: "map-beside" });
  readonly #caption = h("p.beside-caption");
  readonly #map: MapLibreMap;
  readonly #ready: Promise<unknown>;
  #asked = "";
  #moving = false;

  constructor(readonly main: MapLibreMap) {
    const stage = main.getContainer().parentElement;
    stage?.append(this.box);
    stage?.toggleAttribute("data-linked", true);
    this.#map = new MapLibreMap({
      container: this.box,
      style: styleOf(store.state.minutes),
      localIdeographFontFamily: FONTS.slice(1).join(","),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      fadeDuration: 0,
      center: main.getCenter(),
      zoom: main.getZoom(),
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.keyboard.disableRotation();
    this.#map.on("error", (event) => failed("failed_layer", event.error));
    this.#ready = this.#map.once("load").then(() => this.#begin());
    window.xungeBeside = this.#map;
    this.box.append(this.#caption);
    main.on("move", this.#follow);
    this.#map.on("move", this.#lead);
  }

  readonly #follow = () => this.#jump(this.main, this.#map);
  readonly #lead = () => this.#jump(this.#map, this.main);

  #jump(from: MapLibreMap, to: MapLibreMap): void {
    if (this.#moving) return;
    this.#moving = true;
    to.jumpTo({ center: from.getCenter(), zoom: from.getZoom() });
    this.#moving = false;
  }

  #set(source: string, data: Collection): void {
    this.#map.getSource<GeoJSONSource>(source)?.setData(data);
  }

  async #begin(): Promise<void> {
    addImages(this.#map);
    void followBasemap(this.#map)();
    try {
      const [county, townships] = await Promise.all([
        api.layer("counties"),
        api.layer("townships"),
      ]);
      this.#set("county", county);
      this.#set("townships", townships);
      this.#set("township-labels", labelsOf(townships));
    } catch (error) {
      failed("failed_layer", error);
    }
  }

  readonly #load = latest(async (signal) => {
    const { beside, layer } = store.state.studio;
    try {
      await this.#ready;
      const asked = beside?.with ? { plan: beside.with, layer } : { layer };
      const [zones, borders] = await Promise.all([
        api.layer("zones", asked, signal),
        api.layer("zone_borders", asked, signal),
      ]);
      this.#set("zones", zones);
      this.#set("zone-borders", borders);
      this.#set("zone-labels", labelsOf(zones));
      for (const id of SWITCHED.zones) this.#map.setFilter(id, ["==", ["get", "layer"], layer]);
    } catch (error) {
      failed("failed_layer", error);
    }
  });

  show(state: State): void {
    const { beside, layer } = state.studio;
    // The frame around the map is built anew with the language.
    const stage = this.main.getContainer().parentElement;
    if (this.box.parentElement !== stage) stage?.append(this.box);
    stage?.toggleAttribute("data-linked", true);
    this.#caption.textContent = nameOfOther(state);
    this.#map.getCanvas().setAttribute("aria-label", nameOfOther(state));
    void this.#ready.then(() => {
      for (const id of AREA_LABELS)
        this.#map.setLayoutProperty(id, "text-field", AREA_NAME[state.lang]);
    });
    const asked = `${beside?.with} ${layer}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    void this.#load();
  }

  remove(): void {
    this.main.off("move", this.#follow);
    this.main.getContainer().parentElement?.toggleAttribute("data-linked", false);
    this.#map.remove();
    this.box.remove();
    window.xungeBeside = undefined;
  }
}

export function followLinked(map: MapLibreMap): void {
  let other: Beside | null = null;
  let last: unknown[] = [];
  store.watch(["studio", "side", "lang"], (state) => {
    const { linked, beside, layer, plans } = state.studio;
    const open = state.side === "studio" && linked && beside !== null;
    const now = [open, beside, layer, plans, state.lang];
    if (now.every((one, i) => one === last[i])) return;
    last = now;
    if (!open) {
      other?.remove();
      other = null;
      return;
    }
    other ??= new Beside(map);
    other.show(state);
  });
}
