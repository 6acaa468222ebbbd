/** The present view as the requests that another program would make. */
import { atParam } from "../actions";
import { SERVICE } from "../base/api";
import { queryOf } from "../incidents/queue";
import { type State, store } from "../state";
import { type Text, t } from "../text";

export interface Request {
  key: string;
  what: string;
  url: string;
}

type Query = Record<string, string | number | boolean | undefined>;

export function addressOf(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) search.set(key, String(value));
  }
  return `${SERVICE}${path}${search.size > 0 ? `?${search}` : ""}`;
}

export function requests({ selection, minutes, basis, caseFilter }: State): Request[] {
  const at = atParam();
  const one = (key: string, path: string, query: Query = {}): Request => ({
    key,
    what: t(`data_view_${key}` as Text),
    url: addressOf(`/api/v1${path}`, query),
  });
  const all = [one("coverage", "/coverage", { minutes, basis, at })];
  if (selection?.kind === "place") {
    const { lng, lat } = selection.point;
    const place = { lng: lng.toFixed(6), lat: lat.toFixed(6), at };
    all.push(one("place", "/locate", place), one("nearest", "/squads/nearest", { ...place, k: 3 }));
  }
  if (selection?.kind === "incident")
    all.push(one("incident", `/incidents/${selection.id}/history`));
  if (selection?.kind === "squad")
    all.push(one("squad", `/squads/${encodeURIComponent(selection.id)}`));
  if (store.state.side === "cases")
    all.push(one("cases", "/incidents", { ...queryOf(caseFilter) }));
  return all;
}

/** What a layer is asked about the present view. */
export function layerQuery(layer: string): Query {
  const { minutes, basis, zoneLayer } = store.state;
  const at = atParam();
  if (layer === "coverage") return { minutes, basis, at };
  if (layer === "zones" || layer === "zone_borders") return { layer: zoneLayer ?? undefined, at };
  return ["squads", "disruptions", "roads", "blind_spots"].includes(layer) ? { at } : {};
}
