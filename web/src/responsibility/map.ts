/** Gaps in powers on the map: townships are darker the more findings of the open kind they have. */
import type { ExpressionSpecification, Map as MapLibreMap } from "maplibre-gl";
import { SWITCHED } from "../map/style";
import { type State, store } from "../state";

const LAYER = "audit-townships";
const DARKEST = 0.6;

/** How dark each township is: its findings beside the most that any has. */
function darkness({ audit, auditKind }: State): ExpressionSpecification | null {
  const counts = (audit?.townships ?? []).flatMap(({ township, counts }): [string, number][] => {
    const findings = auditKind ? (counts[auditKind]?.findings ?? 0) : 0;
    return township && findings > 0 ? [[township.code, findings]] : [];
  });
  const most = Math.max(...counts.map(([, findings]) => findings));
  const [first, ...more] = counts.map(([code, findings]): [string, number] => [
    code,
    (findings / most) * DARKEST,
  ]);
  return first ? ["match", ["get", "code"], ...first, ...more.flat(), 0] : null;
}

export function followAudit(map: MapLibreMap): void {
  map.addLayer(
    {
      id: LAYER,
      type: "fill",
      source: "townships",
      layout: { visibility: "none" },
      paint: { "fill-color": "#a11a13", "fill-opacity": 0 },
    },
    "townships",
  );
  store.watch(["audit", "auditKind", "side", "powersView", "layers"], (state) => {
    const dark = state.side === "powers" && state.powersView === "audit" && darkness(state);
    const show = (layer: string, shown: boolean) =>
      map.setLayoutProperty(layer, "visibility", shown ? "visible" : "none");
    show(LAYER, Boolean(dark));
    if (dark) map.setPaintProperty(LAYER, "fill-opacity", dark);
    // Its colours would mix with these.
    for (const id of SWITCHED.coverage) show(id, state.layers.coverage && !dark);
  });
}
