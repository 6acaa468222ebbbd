/** Cases that tell of the same (并案): which may, which one stands for which, and how that is said. */
import { selectIncident } from "../actions";
import { h } from "../base/dom";
import type { Incident, Repeat, RepeatList, Story } from "../base/types";
import { timeZone } from "../state";
import { metres, moment, number, t, word } from "../text";
import { act } from "./doing";
import { matterName } from "./facts";

function caseLine(id: string, what: string, ...told: string[]): HTMLElement {
  return h(
    "button.item",
    {
      type: "button",
      "data-key": `same-${id}`,
      "data-same": id,
      onclick: () => selectIncident(id),
    },
    h("span", {}, what),
    h("small", {}, told.join(" · ")),
  );
}

/** What came in later stands behind what was there before. */
function mergeButton(incident: Incident, repeat: Repeat): HTMLElement | false {
  if (!repeat.open || !incident.open) return false;
  const [later, lead] = repeat.earlier ? [incident.id, repeat.id] : [repeat.id, incident.id];
  return h(
    "button",
    {
      type: "button",
      "data-key": `merge-${repeat.id}`,
      "data-merge": repeat.id,
      onclick: () => void act(later, { merge: lead }),
    },
    t(repeat.earlier ? "merge_into_it" : "merge_into_this"),
  );
}

function repeatRow(incident: Incident, repeat: Repeat, mayMerge: boolean): HTMLElement {
  const { id, description, matter, distance_m, status, reported_at } = repeat;
  const told = [
    metres(Math.round(distance_m)),
    word("state", status),
    moment(reported_at, timeZone()),
  ];
  return h(
    "li",
    {},
    caseLine(id, description ?? matterName(matter), ...told),
    mayMerge && mergeButton(incident, repeat),
  );
}

/** The case that stands for this one, the cases that this one stands for, and those that may tell of the same. */
export function mergeSection(
  { incident, merged = [] }: Story,
  found: RepeatList | null,
  mayMerge: boolean,
): HTMLElement | null {
  const lead = incident.merged_into;
  const together = new Set([lead, ...merged.map(({ id }) => id)]);
  const others = found?.repeats.filter(({ id }) => !together.has(id)) ?? [];
  if (!lead && merged.length + others.length === 0) return null;
  const toldText = (at: string | null) =>
    at ? t("merged_told", { at: moment(at, timeZone()) }) : t("merged_untold");
  return h(
    "section",
    { id: "case-same" },
    h("h3", {}, t("merge")),
    lead && [h("p", {}, t("merged_into")), caseLine(lead, t("merged_lead"), lead.slice(0, 8))],
    merged.length > 0 && [
      h("p", { id: "case-merged" }, t("merged_n", { n: number(merged.length) })),
      h(
        "ul.items",
        {},
        merged.map((one) =>
          h(
            "li",
            {},
            caseLine(
              one.id,
              one.description ?? one.external_id ?? one.id.slice(0, 8),
              moment(one.reported_at, timeZone()),
              toldText(one.told_at),
            ),
          ),
        ),
      ),
    ],
    others.length > 0 &&
      found && [
        h(
          "p",
          {},
          t("repeats", {
            n: `${number(others.length)}${found.more ? "+" : ""}`,
            metres: number(found.within_m),
            days: number(found.within_days),
          }),
        ),
        h(
          "ul.items",
          { id: "case-repeats" },
          others.map((one) => repeatRow(incident, one, mayMerge)),
        ),
      ],
  );
}
