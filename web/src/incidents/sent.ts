/** Squads that were sent to a case, how far each got, and what it may tell next. */
import { h } from "../base/dom";
import { secondsText } from "../base/time";
import type { Story, ToldAssignment } from "../base/types";
import { store, timeZone } from "../state";
import { labelled, t, word } from "../text";
import { step, withReason } from "./doing";
import { squadName } from "./facts";

/** Somebody who is sent elsewhere is diverted by that: nobody does it by hand. */
export const byHand = ({ to }: ToldAssignment["next"][number]) => to !== "diverted";

function sinceText({ departed_at, arrived_at, assigned_at }: ToldAssignment): string {
  return t("since", {
    time: secondsText(new Date(arrived_at ?? departed_at ?? assigned_at), timeZone()),
  });
}

function sentRow(assignment: ToldAssignment, may: boolean): HTMLElement {
  const name = squadName(assignment.squad);
  const next = assignment.next.filter(byHand);
  const first = next.find((one) => !one.needs_reason);
  return h(
    "li.sent",
    { "data-assignment": assignment.id, "data-status": assignment.status },
    h(
      "p",
      {},
      h("b", {}, name),
      " ",
      h("span.badge", { "data-sent": assignment.status }, word("sent", assignment.status)),
      " ",
      h("small", {}, sinceText(assignment)),
      assignment.competence === "first_response_only" && [
        " ",
        h("span.badge.first", { title: t("first_response_hint") }, t("first_response")),
      ],
      assignment.competence === "first_look" && [
        " ",
        h("span.badge.first", { title: t("first_look_hint") }, t("first_look")),
      ],
    ),
    may &&
      h(
        "div.steps",
        {},
        next.map((one) => {
          const key = `step ${assignment.squad} ${one.to}`;
          const label = word("go", one.to);
          return h(
            one === first ? "button.primary" : "button",
            {
              type: "button",
              "data-key": key,
              "data-step": one.to,
              "aria-expanded": one.needs_reason && String(store.state.asking?.key === key),
              onclick: () =>
                withReason(one.needs_reason, key, labelled(name, label), (reason) =>
                  step(assignment, one.to, reason),
                ),
            },
            one.needs_reason ? t("with_reason", { what: label }) : label,
          );
        }),
      ),
  );
}

export function sentSquads({ assignments }: Story, may: boolean): HTMLElement | null {
  const open = assignments.filter(({ ended_at }) => !ended_at);
  if (open.length === 0) return null;
  return h(
    "section",
    { id: "case-sent" },
    h("h3", {}, t("case_sent")),
    h(
      "ul",
      {},
      open.map((one) => sentRow(one, may)),
    ),
  );
}
