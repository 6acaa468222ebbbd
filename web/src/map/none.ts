/** A device without WebGL draws no map: everything else works, and the page says so. */
import { failed } from "../actions";
import { api } from "../base/api";
import { fill, h } from "../base/dom";
import { store } from "../state";
import { t } from "../text";
import { learnNames } from "./names";
import type { FollowedMap } from "./view";

const nothing = async () => {};

/** What stands in for the map; its names of areas are still read. */
export function noMap(container: HTMLElement): FollowedMap {
  const say = () => fill(container, h("p.warning", { role: "status" }, t("no_map")));
  say();
  store.watch(["lang"], say);
  document.documentElement.dataset.map = "none";
  const learn = async (layer: string) => {
    try {
      learnNames(await api.layer(layer));
    } catch (error) {
      failed("failed_layer", error);
    }
  };
  return {
    async loadBase() {
      await Promise.all(["counties", "townships", "villages"].map(learn));
    },
    loadIncidents: nothing,
    loadZones: nothing,
    loadBasemap: nothing,
    addIncident() {},
  };
}
