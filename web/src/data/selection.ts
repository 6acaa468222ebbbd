/** What is selected as GeoJSON: the place and who comes, the case, or the squad. */
import { now } from "../base/api";
import { save } from "../base/csv";
import { collection, incidentFeature, routeFeatures, squadFeature } from "../map/features";
import type { State } from "../state";

export function selectionFeatures(state: State): GeoJSON.FeatureCollection | null {
  const { selection, place, nearest, chosenRank, incident, squads } = state;
  const routes = nearest ? routeFeatures(nearest, chosenRank).features : [];
  if (selection?.kind === "place") {
    const { lng, lat } = selection.point;
    const named = Object.fromEntries(
      (["county", "township", "village", "grid"] as const).map((level) => [
        level,
        place?.[level]?.code ?? null,
      ]),
    );
    const geometry = { type: "Point" as const, coordinates: [lng, lat] };
    return collection([{ type: "Feature", geometry, properties: named }, ...routes]);
  }
  if (selection?.kind === "incident" && incident?.id === selection.id) {
    return collection([incidentFeature(incident), ...routes]);
  }
  const squad = selection?.kind === "squad" && squads.find(({ id }) => id === selection.id);
  return squad ? collection([squadFeature(squad)]) : null;
}

export function saveSelection(state: State): void {
  const features = selectionFeatures(state);
  if (!features) return;
  const stamp = now().toISOString().slice(0, 16).replaceAll(":", "");
  save(`selection-${stamp}Z.geojson`, JSON.stringify(features), "application/geo+json");
}
