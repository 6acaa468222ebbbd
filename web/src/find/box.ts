/** The one box that finds a place, wherever one is on the page: `/` leads to it, Enter goes there. */
import { failed, selectIncident, selectPlace, selectSquad } from "../actions";
import { api } from "../base/api";
import { combobox } from "../base/combobox";
import { h } from "../base/dom";
import type { Found } from "../base/types";
import { matterName } from "../incidents/facts";
import type { Go, Scope } from "../panel/scope";
import { store, timeZone } from "../state";
import { aside, listed, metres, moment, nameOf, t, word } from "../text";
import { locateButton } from "./here";

/** People type faster than they want to be answered. */
const REST_MS = 120;
const SHOWN = 12;

const rest = (signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const timer = window.setTimeout(resolve, REST_MS);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

/** An incident is known by its number, else by the last digits of its id. */
export function numberOf({ id, name }: Pick<Found, "id" | "name">): string {
  return name === id ? `…${id.slice(-8)}` : name;
}

function title(one: Found): string {
  if (one.kind === "incident") {
    return aside(matterName(one.incident?.matter ?? null), numberOf(one));
  }
  return nameOf(one);
}

/** Where it lies, and what tells it from others of its name. */
function details(one: Found): string {
  const { kind, incident, within, distance_m, why, id } = one;
  return listed(
    [
      kind === "point" &&
        why.datum &&
        aside(word("datum", why.datum), word("order", why.order ?? "")),
      incident && word("state", incident.status),
      incident && moment(incident.reported_at, timeZone()),
      one.status && word("status", one.status),
      one.layer && word("zone_layer", one.layer),
      within ? nameOf(within) : kind === "point" && t("find_outside"),
      distance_m !== null && t("find_away", { distance: metres(distance_m) }),
      why.fit === "nearly" && t("find_nearly"),
      why.fit === "sound" && t("find_sound"),
      id && kind !== "incident" && id,
    ].filter((text): text is string => Boolean(text)),
  );
}

function row(one: Found): (Node | string)[] {
  return [
    h("span.badge", { "data-kind": one.kind }, word("find", one.kind)),
    h("b", {}, title(one)),
    h("small", {}, details(one)),
  ];
}

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
  const { element } = combobox<Found>({
    id: "find",
    input,
    label: t("find"),
    none: t("find_none"),
    async search(text, signal) {
      await rest(signal);
      return (await api.find(text, go.centre(), SHOWN, signal)).found;
    },
    row,
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
