/** On the map: what the colours and symbols mean, and which layers are drawn. */
import { fill, h } from "../base/dom";
import { type Band, bandsOf, type Paint, UNREACHABLE } from "../map/bands";
import {
  bandTile,
  type FixSource,
  roadSign,
  SQUAD_LOOKS,
  type SquadLook,
  squadImage,
  TILE,
} from "../map/images";
import { type LayerName, store } from "../state";
import { t, word } from "../text";
import type { Scope } from "./scope";

const LAYERS: LayerName[] = [
  "coverage",
  "zones",
  "disruptions",
  "grids",
  "incidents",
  "squads",
  "basemap",
];

function layerSwitches(scope: Scope): HTMLElement {
  const boxes = LAYERS.map((name) => {
    const box = h("input", {
      type: "checkbox",
      onchange: () => store.set({ layers: { ...store.state.layers, [name]: box.checked } }),
    });
    const label = h(
      "label",
      name === "grids" ? { title: t("layer_grids_hint") } : {},
      box,
      t(`layer_${name}`),
    );
    scope.draw(["layers", "status"], ({ layers, status }) => {
      box.checked = layers[name];
      label.hidden = name === "basemap" && status?.basemap !== "shown";
    });
    return label;
  });
  return h("div.layers", { role: "group", "aria-label": t("layers") }, boxes);
}

/** Of roads that were imported before base maps were drawn. */
function basemapMissing(scope: Scope): HTMLElement {
  const line = h("p.hint", {}, t("basemap_missing"));
  scope.draw(["status"], ({ status }) => {
    line.hidden = status?.basemap !== "missing";
  });
  return line;
}

/** Every department may cut the county its own way: which of the ways is drawn. */
function zoneLayerSwitch(scope: Scope): HTMLElement {
  const line = h("p.row");
  scope.draw(["zoneLayers", "zoneLayer", "layers"], ({ zoneLayers, zoneLayer, layers }) => {
    const select = h(
      "select",
      {
        id: "zone-layer",
        "data-key": "zone-layer",
        onchange: () => store.set({ zoneLayer: select.value }),
      },
      zoneLayers.map((layer) =>
        h("option", { value: layer, selected: layer === zoneLayer }, word("zone_layer", layer)),
      ),
    );
    fill(
      line,
      zoneLayers.length > 0 &&
        layers.zones && [
          h("i.zone-line", { "aria-hidden": "true" }),
          h("label", { for: "zone-layer" }, t("layer_zones")),
          select,
        ],
    );
  });
  return line;
}

function bandText({ from_min, to_min }: Band): string {
  return to_min === null ? `> ${from_min}` : `${from_min}–${to_min}`;
}

function swatch(paint: Paint, text: string): HTMLElement {
  const style = {
    "background-color": paint.color,
    "background-image": `url(${bandTile(paint).toDataURL()})`,
    "background-size": `${TILE}px`,
  };
  return h("li", { "data-paint": paint.image }, h("i", { style }), text);
}

/** What the colours of coverage mean. */
export function colours(minutes: number): HTMLElement {
  const bands = bandsOf(minutes).filter(({ from_min, to_min }) => from_min !== to_min);
  return h(
    "ul.swatches",
    {},
    bands.map((band) => swatch(band.paint, t("minutes", { n: bandText(band) }))),
    swatch(UNREACHABLE, t("legend_unreachable")),
    h("li", {}, h("i.hatch"), t("legend_no_access")),
  );
}

function symbol(image: ImageData, text: string): HTMLElement {
  const canvas = h("canvas", { width: image.width, height: image.height, "aria-hidden": "true" });
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return h("li", {}, canvas, text);
}

function squad(look: SquadLook, source: FixSource, direct: boolean, text: string): HTMLElement {
  return symbol(squadImage(look, direct, source), text);
}

function roads(): HTMLElement {
  return h(
    "ul.symbols",
    {},
    symbol(roadSign(true), t("road_closed")),
    symbol(roadSign(false), t("road_slowed")),
  );
}

function squads(): HTMLElement {
  return h(
    "ul.symbols",
    {},
    SQUAD_LOOKS.map((look) => squad(look, "fix", false, word("status", look))),
    squad("available", "fix", true, t("kind_direct")),
    squad("available", "post", false, t("at_post")),
    squad("available", "stale_fix", false, t("stale_position")),
  );
}

function incidents(): HTMLElement {
  return h(
    "ul.symbols",
    {},
    h("li", {}, h("i.dot"), t("legend_reported")),
    h("li", {}, h("i.dot.pale"), t("synthetic")),
  );
}

export function legend(scope: Scope): HTMLElement {
  const bands = h("div");
  scope.draw(["minutes"], ({ minutes }) => fill(bands, colours(minutes)));
  const wide = window.matchMedia("(min-width: 800px)").matches;
  return h(
    "details.legend",
    { open: wide },
    h("summary", {}, t("legend")),
    bands,
    h("h2", {}, t("squad_symbols")),
    squads(),
    h("h2", {}, t("disruptions")),
    roads(),
    h("h2", {}, t("layer_incidents")),
    incidents(),
    zoneLayerSwitch(scope),
    layerSwitches(scope),
    basemapMissing(scope),
  );
}
