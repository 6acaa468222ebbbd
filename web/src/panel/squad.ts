/** One squad: crew, rota, position; an admin may say that it is busy or free. */
import { setSquadStatus } from "../actions";
import { now } from "../base/api";
import { h } from "../base/dom";
import { instantOf } from "../base/time";
import type { Shift, Squad, SquadStatus } from "../base/types";
import { lookOf } from "../map/features";
import { may, nameOfCode, store, timeZone } from "../state";
import { age, clauses, moment, nameOf, t, word } from "../text";
import { fact } from "./place";
import { squadStateText } from "./squad-state";

const STATUSES: SquadStatus[] = ["available", "busy", "returning", "out_of_service"];

function shiftText({ days, from, to }: Shift): string {
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
      fact(t("turnout"), t("seconds", { n: squad.turnout_s })),
      fact(t("squad_state"), squadStateText(squad)),
      fact(t("shifts"), clauses(squad.shifts.map(shiftText))),
      fact(t("position"), positionText(squad)),
    ),
    crew.certified_officers < 2 && h("p.warning", {}, t("first_response_hint")),
    askedNote(squad),
    statusSwitch(squad),
  );
}
