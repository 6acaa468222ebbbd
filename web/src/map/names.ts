import type { Collection, Named } from "../base/types";
import { store } from "../state";

/** Tables, cards and the map call areas by their names. */
export function learnNames(areas: Collection): void {
  const names = new Map(store.state.names);
  for (const { properties } of areas.features) {
    if (properties?.code) names.set(properties.code, properties as Named);
  }
  store.set({ names });
}
