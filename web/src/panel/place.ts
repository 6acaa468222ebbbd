/** The answer to a click: who is responsible here, who comes first, in how many minutes, and why not others. */

import { selectSquad } from "../actions";
import { h } from "../base/dom";
import { secondsText } from "../base/time";
import type { ExclusionReason, Nearest, Place, SquadResponse, ZoneHere } from "../base/types";
import { divertButton, relieveButton, sendButton } from "../incidents/sending";
import { type State, store, timeZone } from "../state";
import {
  age,
  aside,
  clauses,
  labelled,
  listed,
  metres,
  minutes,
  minutesOf,
  nameOf,
  t,
  word,
} from "../text";
import { chosenMoment } from "./controls";
import { definitionText } from "./summary";

const PARTS = ["handling", "turnout", "drive", "walk"] as const;
/** In the order they are told; a reason of the contract that is missing here does not compile. */
const EVERY_REASON: Record<ExclusionReason, true> = {
  off_shift: true,
  busy: true,
  out_of_contact: true,
  out_of_service: true,
  not_competent: true,
  no_road: true,
  closed: true,
  no_way_out: true,
  no_way_in: true,
  unreachable: true,
  off_water: true,
  first_look: true,
};
const REASONS = Object.keys(EVERY_REASON) as ExclusionReason[];
const EXCLUDED_SHOWN = 5;

function fact(label: string, ...content: (Node | string | null | false)[]): HTMLElement {
  return h("div", {}, h("dt", {}, label), h("dd", {}, content));
}

function borderText(place: Place): string | null {
  if (!place.border) return null;
  if ("distance_m" in place.border) return metres(place.border.distance_m);
  return t("border_more", { n: place.border.more_than_m });
}

function named(area: { code: string; name: string; name_zh?: string | null }): HTMLElement {
  return h("span", {}, nameOf(area), " ", h("code", {}, area.code));
}

export function whoIsHere(place: Place): HTMLElement {
  const border = borderText(place);
  const { nearest } = place;
  return h(
    "section",
    { id: "who-is-here" },
    h("h3", {}, t("here")),
    !place.county &&
      h(
        "p.warning",
        {},
        t("outside"),
        " ",
        nearest &&
          t("nearest_area", { name: nameOf(nearest), distance: metres(nearest.distance_m) }),
      ),
    place.shifted_hint && h("p.warning", {}, t("shifted", { datum: place.shifted_hint })),
    place.ambiguous && [
      h("p.warning", {}, t("ambiguous")),
      h(
        "ul.plain",
        {},
        place.candidates.map((one) => h("li", {}, aside(nameOf(one), metres(one.distance_m)))),
      ),
    ],
    h(
      "dl.facts",
      {},
      place.overlays.map((area) => fact(t("special_area"), named(area))),
      place.township && fact(t("township"), named(place.township)),
      place.village && fact(t("village"), named(place.village)),
      place.grid && fact(t("grid"), named(place.grid)),
      zonesHere(place.zones),
      border && fact(t("border"), border),
    ),
  );
}

/** `officers 2/2, assistants 1/2`: there and wanted; a role that every village has once is told once. */
function teamText({ team }: ZoneHere): string {
  return listed(
    [...new Set(team.map(({ role }) => role))].map((role) => {
      const all = team.filter((one) => one.role === role);
      const wanted = all.reduce((sum, one) => sum + one.wanted, 0);
      const known = all.every((one) => one.there !== undefined);
      const there = all.reduce((sum, one) => sum + (one.there ?? 0), 0);
      const text = `${word("role", role)} ${known ? `${there}/${wanted}` : wanted}`;
      const contacts = new Set(all.flatMap(({ contact }) => (contact ? [contact] : [])));
      return contacts.size > 0 ? aside(text, listed([...contacts])) : text;
    }),
  );
}

function zoneSquads({ squads }: ZoneHere): string {
  const known = new Map(store.state.squads.map((squad) => [squad.id, nameOf(squad)]));
  return listed(squads.map((id) => known.get(id) ?? id));
}

/** The patrol zones over the place: whose they are, their squads and teams. */
function zonesHere(zones: ZoneHere[]): HTMLElement[] {
  return zones.map((zone) => {
    const layer = { name: zone.layer_name, name_zh: zone.layer_name_zh ?? null };
    const one = { code: zone.zone, name: zone.name, name_zh: zone.name_zh ?? null };
    return fact(
      nameOf(layer),
      named(one),
      zone.squads.length > 0 && h("small.line", {}, labelled(t("zone_squads"), zoneSquads(zone))),
      zone.team.length > 0 && h("small.line", {}, labelled(t("zone_team"), teamText(zone))),
    );
  });
}

function partsBar({ parts, eta_s }: SquadResponse): HTMLElement {
  const of = {
    handling: parts.handling_s,
    turnout: parts.turnout_s,
    drive: parts.drive_s,
    walk: parts.walk_s,
  };
  return h(
    "div.parts",
    {},
    h(
      "div.stack",
      { "aria-hidden": "true" },
      PARTS.map((part) =>
        h("span", { "data-part": part, style: { "flex-grow": String(of[part] / (eta_s || 1)) } }),
      ),
    ),
    h(
      "p",
      {},
      PARTS.map((part) =>
        h("span", { "data-part": part }, h("i"), `${t(`part_${part}`)} ${minutesOf(of[part])}`),
      ),
    ),
  );
}

function startText({ source, fix_age_s }: SquadResponse["from"]): string {
  const values = { age: fix_age_s === null ? "?" : age(fix_age_s) };
  return t(`from_${source}`, values);
}

function responseCard(one: SquadResponse, chosen: boolean, state: State): HTMLElement {
  const full = one.competence === "full";
  return h(
    "li",
    {},
    h(
      "button.response",
      {
        type: "button",
        "aria-pressed": String(chosen),
        "data-key": `rank-${one.rank}`,
        "data-squad": one.squad.id,
        onclick: () => store.set({ chosenRank: one.rank }),
      },
      h(
        "div.row",
        {},
        h("span.rank", {}, one.rank),
        h("span.name", {}, nameOf(one.squad), h("small", {}, word("kind", one.squad.kind))),
        h("strong.eta", {}, minutes(one.eta_s)),
      ),
      h(
        "div.row",
        {},
        h(
          `span.badge.${full ? "full" : "first"}`,
          { title: t(full ? "competent_hint" : "first_response_hint") },
          t(full ? "competent" : "first_response"),
        ),
        one.zones && h("span.badge", {}, t("own_zone")),
        h(
          "small",
          {},
          `${t("by_road", { distance: metres(one.distance_m) })} · ${startText(one.from)}`,
        ),
      ),
      chosen && partsBar(one),
      chosen && !full && h("p.warning", {}, t("first_response_hint")),
    ),
    sendButton(one.squad.id, nameOf(one.squad), state),
    chosen && relieveButton(one.squad.id, nameOf(one.squad), state),
  );
}

/** Outlives the answer, which is asked for again and again. */
let excludedOpen = false;

function excludedList({ counts, nearest }: Nearest["excluded"], state: State): HTMLElement | null {
  const counted = REASONS.filter((reason) => counts[reason] > 0);
  if (counted.length === 0) return null;
  const details = h(
    "details.excluded",
    {
      open: excludedOpen,
      ontoggle: () => {
        excludedOpen = details.open;
      },
    },
    h(
      "summary",
      {},
      labelled(
        t("excluded"),
        listed(counted.map((reason) => `${word("status", reason)} ${counts[reason]}`)),
      ),
    ),
    h("p.hint", {}, t("excluded_more")),
    h(
      "ul.items",
      {},
      nearest
        .slice(0, EXCLUDED_SHOWN)
        .map(({ squad, reason, straight_line_m }) =>
          h(
            "li",
            {},
            h(
              "button.item",
              { type: "button", onclick: () => selectSquad(squad.id) },
              h("span", {}, nameOf(squad)),
              h("b", {}, metres(straight_line_m)),
              h("small", {}, word("status", reason)),
            ),
            divertButton(squad.id, nameOf(squad), state),
          ),
        ),
    ),
  );
  return details;
}

/** Squads out of the reader's scope: whoever may ask for them needs to know that they are near. */
function outsideList({ outside }: Nearest): HTMLElement | null {
  if (!outside?.length) return null;
  return h(
    "section",
    { id: "outside" },
    h("p.hint", {}, t("help_outside")),
    h(
      "ul.items",
      {},
      outside.map(({ rank, id, unit, eta_s }) =>
        h(
          "li.row",
          {},
          h("span", {}, `${rank}. ${id}`),
          h("small", {}, unit),
          h("b", {}, minutes(eta_s)),
        ),
      ),
    ),
  );
}

function snapNote({ target }: Nearest): HTMLElement | null {
  if (!target.snapped) return null;
  const { distance_m, moved, island } = target.snapped;
  const text = [t(moved ? "snapped_moved" : "snapped", { distance: metres(distance_m) })];
  if (moved) text.push(word("moved", moved));
  if (island) text.push(t("island_road"));
  if (target.reason === "no_way_in") text.push(word("status", target.reason));
  return h("p.hint", {}, clauses(text));
}

/** Of the present the time of the answer, else the moment that it is about. */
function asOf({ wall, nearestAt }: State): string {
  if (wall || !nearestAt) return chosenMoment();
  return t("asked_at", { time: secondsText(nearestAt, timeZone()) });
}

export function whoComes(nearest: Nearest, state: State): HTMLElement {
  const none = nearest.squads.length === 0 && !nearest.outside?.length;
  return h(
    "section",
    { id: "who-comes" },
    h("h3", {}, t("who_first"), " ", h("span.count", {}, asOf(state))),
    none &&
      h(
        "p.warning",
        {},
        nearest.unreachable ? t("unreachable_place", { why: nearest.unreachable }) : t("nobody"),
      ),
    h(
      "ol.responses",
      {},
      nearest.squads.map((one) => responseCard(one, one.rank === state.chosenRank, state)),
    ),
    outsideList(nearest),
    snapNote(nearest),
    excludedList(nearest.excluded, state),
    h("p.definition", {}, definitionText(nearest.definition)),
  );
}

export { fact };
