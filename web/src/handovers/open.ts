/** What is open, in groups: cases, calls, roads, squads, whistles. */
import { h } from "../base/dom";
import type { CaseRemark, OpenCase, OpenThings } from "../base/types";
import { caseHash } from "../hash";
import { matterName, squadName } from "../incidents/facts";
import { stuckBadge } from "../incidents/stuck";
import { unitName } from "../responsibility/browse";
import { nameOfCode, timeZone } from "../state";
import { clauses, listed, moment, number, t, word } from "../text";
import { isEmpty } from "./handovers";

const at = (iso: string) => moment(iso, timeZone());

function group(name: keyof OpenThings, rows: HTMLElement[], more = ""): HTMLElement | false {
  return (
    rows.length > 0 &&
    h(
      "details.open-group",
      { open: true, "data-group": name },
      h(
        "summary",
        {},
        h("b", {}, t(`open_${name}`)),
        " ",
        h("span.count", {}, number(rows.length)),
        more && h("small", {}, ` ${more}`),
      ),
      h("ul.items", {}, rows),
    )
  );
}

function dueText({ due_at, answer_due_at, overdue }: OpenCase): string {
  const due = [due_at, answer_due_at].filter((one) => one !== null && one !== undefined).sort()[0];
  return due ? t(overdue ? "open_overdue" : "open_due", { at: at(due) }) : "";
}

/** What was remarked, or where it is typed. */
function remarkPart(one: OpenCase, said: CaseRemark[], asked: boolean): HTMLElement | undefined {
  const remark = said.find(({ incident }) => incident === one.id);
  if (remark) return h("q", {}, remark.remark);
  if (!asked) return undefined;
  return h("input", {
    type: "text",
    "data-incident": one.id,
    "aria-label": t("handover_remark_on", { what: matterName(one.matter ?? null) }),
    placeholder: t("handover_remark"),
    maxlength: 1000,
    autocomplete: "off",
  });
}

function caseRow(one: OpenCase, said: CaseRemark[], asked: boolean): HTMLElement {
  const where = nameOfCode(one.township) ?? t("unnamed_area");
  const squads = one.squads.map(
    ({ squad, status }) => `${squadName(squad)} ${word("sent", status)}`,
  );
  return h(
    "li",
    { "data-id": one.id, "data-overdue": one.overdue },
    h(
      "p",
      {},
      h("span.badge", { "data-urgency": one.urgency }, word("urgency", one.urgency)),
      " ",
      h("a", { href: caseHash(one.id), target: "_blank" }, matterName(one.matter ?? null)),
      " ",
      stuckBadge(one),
      one.flags?.map((flag) => [" ", h("span.badge.flag", {}, word("flag", flag))]),
    ),
    h("b.left", {}, dueText(one)),
    h("small", {}, [where, word("state", one.state), ...squads].join(" · ")),
    remarkPart(one, said, asked),
  );
}

const row = (what: string, ...more: (string | false | undefined)[]) =>
  h("li", {}, h("p", {}, what), h("small", {}, listed(more.filter((one) => !!one) as string[])));

/** The list; what was remarked on its cases, and where somebody accepts it, fields for that. */
export function openList(
  open: OpenThings,
  said: CaseRemark[] = [],
  asked = false,
): HTMLElement[] | HTMLElement {
  if (isEmpty(open)) return h("p.hint", {}, t("handover_none"));
  const cases = open.incidents;
  const counts = {
    stuck: number(cases.filter(({ stuck }) => stuck).length),
    overdue: number(cases.filter(({ overdue }) => overdue).length),
  };
  const groups = [
    group(
      "incidents",
      cases.map((one) => caseRow(one, said, asked)),
      t("open_incidents_more", counts),
    ),
    group(
      "calls",
      open.calls.map(({ address, area, reported_at, locate_by, overdue }) =>
        row(
          address,
          nameOfCode(area) ?? undefined,
          t("open_since", { at: at(reported_at) }),
          !!locate_by && t(overdue ? "open_overdue" : "open_due", { at: at(locate_by) }),
        ),
      ),
    ),
    group(
      "disruptions",
      open.disruptions.map(({ reason, speed_factor, from, until }) =>
        row(
          reason,
          speed_factor === 0 ? t("open_closed") : t("open_slow", { n: number(speed_factor * 100) }),
          t("open_since", { at: at(from) }),
          !!until && t("open_until", { at: at(until) }),
        ),
      ),
    ),
    group(
      "out_of_contact",
      open.out_of_contact.map(({ squad, since }) =>
        row(squadName(squad), !!since && t("open_since", { at: at(since) })),
      ),
    ),
    group(
      "whistles",
      open.whistles.map(({ department, whistled_at, acknowledge_due_at }) =>
        row(
          unitName(department),
          clauses([
            t("open_since", { at: at(whistled_at) }),
            t("open_due", { at: at(acknowledge_due_at) }),
          ]),
        ),
      ),
    ),
  ];
  return groups.filter((one) => one !== false);
}
