/** One squad: crew, rota, position; an admin may say that it is busy or free. */
import { setSquadStatus } from "../actions";
import { api, now } from "../base/api";
import { fill, h } from "../base/dom";
import { instantOf } from "../base/time";
import type { Shift, Squad, SquadStatus, ToldStatus } from "../base/types";
import { lookOf } from "../map/features";
import { may, nameOfCode, store, timeZone } from "../state";
import { age, aside, clauses, moment, nameOf, t, word } from "../text";
import { fact } from "./place";
import { squadStateText } from "./squad-state";

const STATUSES: SquadStatus[] = ["available", "busy", "returning", "out_of_service"];

/** How many of what was told last are shown. */
const TOLD_SHOWN = 8;
/** A word that came in so much later is marked, seconds. */
const LATE_S = 60;

export function shiftText({ days, from, to }: Shift): string {
  const when = days.length === 7 ? t("days_all") : days.map((day) => t(`day_${day}`)).join(" ");
  return `${when} ${from}–${to}`;
}

function positionText({ position }: Squad): string {
  if (!position) return t("position_none");
  const { wall } = store.state;
  const at = wall ? instantOf(wall, timeZone()) : now();
  const old_s = Math.max(0, (at.getTime() - Date.parse(position.fixed_at)) / 1000);
  return t(position.fresh ? "position_fresh" : "position_stale", { age: age(old_s) });
}

function statusSwitch(squad: Squad): HTMLElement {
  const mayChange = may("position", store.state);
  return h(
    "div.control",
    {},
    h("span.label", {}, t("set_status")),
    h(
      "div.segments",
      { role: "group", "aria-label": t("set_status") },
      STATUSES.map((status) =>
        h(
          "button",
          {
            type: "button",
            disabled: !mayChange,
            "data-key": `status-${status}`,
            "data-status": status,
            "aria-pressed": String(squad.status === status),
            onclick: () => void setSquadStatus(squad.id, status),
          },
          word("status", status),
        ),
      ),
    ),
    !mayChange && h("p.hint", {}, t("needs_right")),
  );
}

/** Asked for, and what answers for it. */
function askedNote(squad: Squad): HTMLElement | null {
  if (!squad.asked_at) return null;
  return h(
    "div.warning",
    { "data-asked": squad.id },
    h("p", {}, t("squad_asked_since", { moment: moment(squad.asked_at, timeZone()) })),
    may("position", store.state) &&
      h(
        "button",
        {
          type: "button",
          "data-key": "still-so",
          onclick: () => void setSquadStatus(squad.id, squad.status),
        },
        t("still_so"),
      ),
  );
}

function toldRow({ status, at, received_at, by }: ToldStatus): HTMLElement {
  const late_s = (Date.parse(received_at) - Date.parse(at)) / 1000;
  return h(
    "li",
    {},
    h("time", { datetime: at }, moment(at, timeZone())),
    h(
      "span",
      {},
      h("b", {}, word("status", status)),
      h("small", {}, word("actor", by)),
      late_s >= LATE_S && h("small", {}, t("came_in_later", { age: age(late_s) })),
    ),
  );
}

/** The list stays while the card is drawn anew, until something else was told. */
let told: { of: string; list: HTMLElement } | null = null;

/** What was told of it last. */
function toldList({ id, status_at, status_received_at }: Squad): HTMLElement | null {
  if (!status_at) return null;
  const of = [id, status_at, status_received_at, t("told_last")].join();
  if (told?.of !== of) {
    const list = h("ol.story", { "data-told": id });
    told = { of, list };
    api.squadStatuses(id, TOLD_SHOWN).then(
      ({ statuses }) => fill(list, statuses.map(toldRow)),
      () => {
        if (told?.list === list) told = null;
      },
    );
  }
  return h("section", {}, h("h4", {}, t("told_last")), told.list);
}

export function squadCard(squad: Squad): HTMLElement {
  const { crew } = squad;
  const look = lookOf(squad);
  return h(
    "section",
    { id: "squad" },
    h("h3", {}, nameOf(squad)),
    h(
      "p",
      {},
      h("span.badge", { "data-look": look }, word("status", look)),
      " ",
      word("kind", squad.kind),
      " · ",
      nameOfCode(squad.command_area),
    ),
    h(
      "dl.facts",
      {},
      fact(
        t("crew"),
        t("crew_text", {
          certified: crew.certified_officers ?? 0,
          uncertified: crew.uncertified_officers ?? 0,
          assistants: crew.assistants ?? 0,
        }),
      ),
      fact(
        t("travels"),
        squad.water
          ? aside(word("profile", squad.profile), nameOfCode(squad.water) ?? squad.water)
          : word("profile", squad.profile),
      ),
      fact(t("turnout"), t("seconds", { n: squad.turnout_s })),
      fact(t("squad_state"), squadStateText(squad)),
      fact(t("shifts"), clauses(squad.shifts.map(shiftText))),
      fact(t("position"), positionText(squad)),
    ),
    squad.profile === "drone"
      ? h("p.hint", {}, t("first_look_hint"))
      : crew.certified_officers < 2 && h("p.warning", {}, t("first_response_hint")),
    askedNote(squad),
    statusSwitch(squad),
    toldList(squad),
  );
}
