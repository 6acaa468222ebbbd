/** "Data & API": every layer, table, picture and the present view, to take away or to be asked by programs. */
import { failed } from "../actions";
import { api } from "../base/api";
import { fill, h } from "../base/dom";
import type { LayerAbout } from "../base/types";
import type { Go, Scope } from "../panel/scope";
import { type State, store } from "../state";
import { labelled, t, word } from "../text";
import { savePicture } from "./picture";
import { followPrinting } from "./print";
import { addressOf, layerQuery, requests } from "./requests";
import { saveSelection, selectionFeatures } from "./selection";
import { hasTable, saveTable, TABLES } from "./tables";

const attempt = (what: () => Promise<void> | void) => async () => {
  try {
    await what();
  } catch (error) {
    failed("failed_data", error);
  }
};

function button(
  id: string,
  label: string,
  go: () => Promise<void> | void,
  disabled = false,
): HTMLElement {
  const press = attempt(go);
  return h(
    "button",
    { type: "button", id, "data-key": id, disabled, onclick: () => void press() },
    label,
  );
}

/** An address that can be copied and opened. */
function address(key: string, what: string, url: string): HTMLElement {
  const told = h("small", { role: "status" });
  const text = h("input", {
    type: "text",
    readonly: true,
    value: url,
    "aria-label": what,
    "data-key": `url-${key}`,
    onfocus: () => text.select(),
  });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url);
      told.textContent = t("data_copied");
    } catch {
      // Where a page may not copy, the text is chosen for whoever does it.
      text.focus();
    }
  };
  return h(
    "li.address",
    { "data-request": key },
    h("b", {}, what),
    h(
      "div.row",
      {},
      text,
      h(
        "button",
        {
          type: "button",
          "data-key": `copy-${key}`,
          "aria-label": t("data_copy_of", { what }),
          onclick: () => void copy(),
        },
        t("data_copy"),
      ),
      h(
        "a.button",
        { href: url, target: "_blank", rel: "noreferrer", "aria-label": t("data_open", { what }) },
        "↗",
      ),
    ),
    told,
  );
}

function viewSection(scope: Scope): HTMLElement {
  const list = h("ul");
  const keys: (keyof State)[] = [
    "selection",
    "minutes",
    "basis",
    "wall",
    "side",
    "caseFilter",
    "status",
  ];
  scope.draw(keys, (state) =>
    fill(
      list,
      requests(state).map(({ key, what, url }) => address(key, what, url)),
    ),
  );
  return h(
    "section",
    {},
    h("h3", {}, t("data_view")),
    list,
    h("p.hint", {}, t("data_key", { header: "Authorization: Bearer …" })),
    h(
      "p.hint",
      {},
      h(
        "a",
        { href: addressOf("/docs/"), target: "_blank", rel: "noreferrer" },
        t("data_documents"),
      ),
    ),
  );
}

/** Where squads are, and what is worked out anew for each question. */
const IN_NO_TILE = ["squads", "blind_spots"];

function layerRow({ name }: LayerAbout): HTMLElement {
  const title = word("data_layer", name);
  const link = (href: string, text: string, more: object = {}) =>
    h("a", { href, "aria-label": labelled(title, text), ...more }, text);
  return h(
    "li.row",
    { "data-layer": name },
    h("span", {}, title),
    link(addressOf(`/api/v1/layers/${name}`, layerQuery(name)), t("data_geojson"), {
      download: `${name}.geojson`,
    }),
    link(addressOf(`/ogc/collections/${name}`), t("data_items"), {
      target: "_blank",
      rel: "noreferrer",
    }),
    !IN_NO_TILE.includes(name) &&
      link(addressOf(`/api/v1/tiles/${name}`, layerQuery(name)), t("data_tiles"), {
        target: "_blank",
        rel: "noreferrer",
      }),
  );
}

function layersSection(scope: Scope): HTMLElement {
  const list = h("ul.layer-links", { id: "data-layers" });
  let layers: LayerAbout[] | null = null;
  const draw = () =>
    fill(
      list,
      layers?.map((one) => layerRow(one)),
    );
  const load = async () => {
    layers = [];
    try {
      layers = await api.layers();
      draw();
    } catch (error) {
      layers = null;
      failed("failed_layer", error);
    }
  };
  scope.draw(["side"], ({ side }) => {
    if (side === "data" && !layers) void load();
  });
  scope.draw(["minutes", "basis", "wall", "zoneLayer"], draw);
  return h(
    "section",
    {},
    h("h3", {}, t("data_layers")),
    h("p.hint", {}, t("data_layers_hint")),
    list,
  );
}

function takeAway(scope: Scope, go: Go): HTMLElement {
  const tables = h("div.steps");
  scope.draw(["summary", "townships", "disruptions", "squads", "nearest"], () =>
    fill(
      tables,
      TABLES.map((table) =>
        button(
          `table-${table}`,
          t(`data_table_${table}`),
          () => saveTable(table),
          !hasTable(table),
        ),
      ),
    ),
  );
  const selected = h("p");
  scope.draw(["selection", "place", "nearest", "incident", "squads"], (state) =>
    fill(
      selected,
      selectionFeatures(state)
        ? button("save-selection", t("data_selection_save"), () =>
            saveSelection(store.state as State),
          )
        : h("span.hint", {}, t("data_selection_none")),
    ),
  );
  const snapshot = async () => {
    const map = go.snapshot();
    if (map) await savePicture(map);
  };
  return h(
    "section",
    {},
    h("h3", {}, t("data_tables")),
    tables,
    h("h3", {}, t("data_selection")),
    selected,
    h("h3", {}, t("data_picture")),
    h(
      "div.steps",
      {},
      button("save-picture", t("data_png"), snapshot),
      button("print", t("data_print"), () => window.print()),
    ),
  );
}

function qgis(): HTMLElement {
  return h(
    "section",
    {},
    h("h3", {}, t("data_qgis")),
    h(
      "ol.numbered",
      {},
      h("li", {}, t("data_qgis_1")),
      h("li", {}, t("data_qgis_2", { url: addressOf("/ogc") })),
      h("li", {}, t("data_qgis_3")),
      h("li", {}, t("data_qgis_4")),
      h("li", {}, t("data_qgis_5", { url: addressOf("/api/v1/tiles/roads/{z}/{x}/{y}") })),
    ),
  );
}

export function dataPanel(scope: Scope, go: Go): HTMLElement {
  scope.onEnd(followPrinting(go));
  return h(
    "aside.data",
    { id: "data-panel", "aria-label": t("data") },
    h("h2", {}, t("data")),
    h("p.hint", {}, t("data_hint")),
    viewSection(scope),
    layersSection(scope),
    takeAway(scope, go),
    qgis(),
  );
}
