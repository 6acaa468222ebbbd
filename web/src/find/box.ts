/** The one box that finds a place, wherever one is on the page: `/` leads to it, Enter goes there. */
import { failed, selectIncident, selectPlace, selectSquad } from "../actions";
import { api } from "../base/api";
import { combobox } from "../base/combobox";
import { h, typed } from "../base/dom";
import type { Found } from "../base/types";
import type { Go, Scope } from "../panel/scope";
import { store } from "../state";
import { t } from "../text";
import { locateButton } from "./here";
import { found, title } from "./row";

const SHOWN = 12;

/** The map goes there and its card opens. */
function visit(one: Found, go: Go): void {
  if (one.kind === "township" && one.id) go.toArea(one.id);
  else go.toPoint(one.at);
  if (one.kind === "squad" && one.id) selectSquad(one.id);
  else if (one.kind === "incident" && one.id) selectIncident(one.id);
  else selectPlace(one.at);
}

export function findBox(scope: Scope, go: Go): HTMLElement {
  const input = h("input", {
    id: "find",
    type: "search",
    "aria-label": t("find"),
    "aria-keyshortcuts": "/",
    placeholder: t("find_hint"),
    maxlength: 200,
    enterkeyhint: "search",
  });
  let missing = false;
  const { element } = combobox<Found>({
    id: "find",
    input,
    label: t("find"),
    none: () => t(missing ? "find_none_missing" : "find_none"),
    async search(text, signal) {
      await typed(signal);
      const { found: all, places } = await api.find(text, go.centre(), SHOWN, signal);
      missing = places === "missing";
      return all;
    },
    row: found,
    take(one) {
      input.value = one.kind === "point" ? one.name : title(one);
      visit(one, go);
    },
    failed: (error) => failed("failed_find", error),
  });
  input.addEventListener("focus", () => input.select());
  const onKey = (event: KeyboardEvent) => {
    const typing =
      event.target instanceof Element && event.target.closest("input, textarea, select");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (store.state.signingIn) return;
    event.preventDefault();
    input.focus();
  };
  document.addEventListener("keydown", onKey);
  scope.onEnd(() => document.removeEventListener("keydown", onKey));
  return h(
    "div.find",
    { role: "search" },
    element,
    h("kbd", { "aria-hidden": "true" }, "/"),
    locateButton(go),
  );
}
