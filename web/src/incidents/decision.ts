/**
 * In which of the areas in doubt a case lies: what was decided, by whom and why, and what the caller may say about it,
 * as the service's answer has it.
 */
import { h } from "../base/dom";
import type { NextAct, PlaceChoice, Story } from "../base/types";
import { fact } from "../panel/place";
import { nameOfCode, store, timeZone } from "../state";
import { aside, labelled, moment, t, word } from "../text";
import { act, withReason } from "./doing";

const areaName = (code: string) => nameOfCode(code) ?? code;

/** What an act says about where a case lies. */
export function choiceOf({ act }: Pick<NextAct, "act">): PlaceChoice | null {
  return typeof act === "object" && "decide" in act ? act.decide : null;
}

export function choiceText({ area, by }: PlaceChoice): string {
  return labelled(areaName(area), word("decided", by));
}

function choiceButton({ incident }: Story, next: NextAct, choice: PlaceChoice): HTMLElement {
  const key = `decide ${choice.area} ${choice.by}`;
  const label = choiceText(choice);
  return h(
    "button",
    {
      type: "button",
      "data-key": key,
      "data-decide": choice.area,
      "data-by": choice.by,
      "aria-expanded": next.needs_reason && String(store.state.asking?.key === key),
      onclick: () =>
        withReason(next.needs_reason, key, label, (reason) => act(incident.id, next.act, reason)),
    },
    next.needs_reason ? t("with_reason", { what: label }) : label,
  );
}

/** Nothing where there is no doubt. */
export function decisionSection(story: Story): HTMLElement | null {
  const { decision } = story.incident;
  const choices = story.next.flatMap((one) => {
    const choice = choiceOf(one);
    return choice ? [choiceButton(story, one, choice)] : [];
  });
  if (!decision && choices.length === 0) return null;
  return h(
    "section",
    { id: "case-decision", "data-area": decision?.area },
    h("h3", {}, t("decided_title")),
    decision
      ? h(
          "dl.facts",
          {},
          fact(
            t("decided_area"),
            h("b", {}, aside(areaName(decision.area), word("decided", decision.by))),
          ),
          fact(
            t("decided_at"),
            `${moment(decision.at, timeZone())} ${word("actor", decision.actor)}`,
          ),
          decision.reason && fact(t("decided_why"), decision.reason),
        )
      : h("p.hint", {}, t("decided_not")),
    choices.length > 0 &&
      h("div.steps.small", { role: "group", "aria-label": t("decided_title") }, choices),
  );
}
