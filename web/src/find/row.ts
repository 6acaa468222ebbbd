/** What was found, as it stands in a list. */
import { h } from "../base/dom";
import type { Found } from "../base/types";
import { matterName } from "../incidents/facts";
import { timeZone } from "../state";
import { aside, listed, metres, moment, nameOf, t, word } from "../text";

/** An incident is known by its number, else by the last digits of its id. */
export function numberOf({ id, name }: Pick<Found, "id" | "name">): string {
  return name === id ? `…${id.slice(-8)}` : name;
}

export function title(one: Found): string {
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
      one.category && word("category", one.category),
      one.where
        ? nameOf({ name: one.where, name_zh: one.where_zh ?? null })
        : within
          ? nameOf(within)
          : kind === "point" && t("find_outside"),
      distance_m !== null && t("find_away", { distance: metres(distance_m) }),
      why.fit === "nearly" && t("find_nearly"),
      why.fit === "sound" && t("find_sound"),
      id && kind !== "incident" && id,
    ].filter((text): text is string => Boolean(text)),
  );
}

export function found(one: Found): (Node | string)[] {
  return [
    h("span.badge", { "data-kind": one.kind }, word("find", one.kind)),
    h("b", {}, title(one)),
    h("small", {}, details(one)),
  ];
}
