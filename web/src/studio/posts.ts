/** The posts of the chosen zone's squads, to be dragged on the map. */
import { type Map as MapLibreMap, Marker } from "maplibre-gl";
import { h } from "../base/dom";
import type { LngLat } from "../base/types";
import { may, type State, store } from "../state";
import { nameOf } from "../text";
import { edit } from "./edits";
import { isDraft } from "./plans";
import { chosenOf } from "./squads";

function marker(map: MapLibreMap, at: LngLat, name: string, moved: (to: LngLat) => void): Marker {
  const element = h("div.post-marker", { title: name }, name);
  const made = new Marker({ element, draggable: true, anchor: "bottom" }).setLngLat(at).addTo(map);
  element.setAttribute("aria-label", name);
  made.on("dragend", () => {
    const { lng, lat } = made.getLngLat();
    moved({ lng: Number(lng.toFixed(7)), lat: Number(lat.toFixed(7)) });
  });
  return made;
}

export function followPosts(map: MapLibreMap): void {
  let shown: Marker[] = [];
  let last: unknown[] = [];
  store.watch(["studio", "side", "squads", "lang"], (state) => {
    const { cut, zone, layer, tool } = state.studio;
    // A tool in hand draws; posts are moved with an empty one.
    const open = state.side === "studio" && !tool && may("plan", state) && isDraft(state);
    const now = [open, cut, zone, state.squads, state.lang];
    if (now.every((one, i) => one === last[i])) return;
    last = now;
    for (const one of shown) one.remove();
    shown = open ? markers(map, state, layer) : [];
  });
}

function markers(map: MapLibreMap, state: State, layer: string): Marker[] {
  const zone = chosenOf(state);
  return (zone?.squads ?? []).flatMap(({ id, post }) => {
    const squad = state.squads.find((one) => one.id === id);
    const at = post ?? squad?.post;
    if (!zone || !at) return [];
    const move = (to: LngLat) =>
      void edit({ do: "move_post", layer, zone: zone.code, squad: id, post: to });
    return [marker(map, at, squad ? nameOf(squad) : id, move)];
  });
}
