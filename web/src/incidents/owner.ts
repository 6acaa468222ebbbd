/**
 * Whose a case is: the unit that owns it, who is asked, and what may be ordered about that. What may be ordered stands
 * in the service's answer, each return with the entry that it cites.
 */
import { h } from "../base/dom";
import type { NextAct, OwnershipOrder, Story } from "../base/types";
import { fact } from "../panel/place";
import { store, timeZone } from "../state";
import { aside, moment, nameOf, t, word } from "../text";
import { act, withReason } from "./doing";

function unitName({ units }: Pick<Story, "units">, code: string): string {
  const unit = units.find((one) => one.code === code);
  return unit ? nameOf(unit) : code;
}

/** What is ordered, in words. */
export function orderText(story: Pick<Story, "units">, order: OwnershipOrder): string {
  if (typeof order === "string") return word("own", order);
  if ("offer" in order) return t("own_offer", { unit: unitName(story, order.offer.to) });
  if ("hand_over" in order)
    return t("own_hand_over", { unit: unitName(story, order.hand_over.to) });
  if ("use" in order) return t("own_use", { power: word("power", order.use) });
  if ("judge" in order) {
    const { to, power } = order.judge;
    const as = power ? word("power", power) : t("own_handling");
    return t("own_judge", { unit: aside(unitName(story, to), as) });
  }
  const { list, version, power } = order.return;
  return t("own_return", { list, n: version, power: word("power", power) });
}

/** The order of an act that is about whose a case is. */
export function orderOf({ act }: NextAct): OwnershipOrder | null {
  return typeof act === "object" && "own" in act ? act.own : null;
}

function orderButton(story: Story, next: NextAct, order: OwnershipOrder): HTMLElement {
  const key = `own ${JSON.stringify(order)}`;
  const label = orderText(story, order);
  return h(
    "button",
    {
      type: "button",
      "data-key": key,
      "data-order": typeof order === "string" ? order : (Object.keys(order)[0] ?? ""),
      "aria-expanded": next.needs_reason && String(store.state.asking?.key === key),
      onclick: () =>
        withReason(next.needs_reason, key, label, (reason) =>
          act(story.incident.id, next.act, reason),
        ),
    },
    next.needs_reason ? t("with_reason", { what: label }) : label,
  );
}

/** The owner and who is asked; nothing where there are no units. Uses of powers are noted elsewhere. */
export function ownerSection(story: Story): HTMLElement | null {
  const { incident, next } = story;
  const { ownership: own, answer_due_at } = incident;
  const orders = next.flatMap((one) => {
    const order = orderOf(one);
    const noted = order !== null && typeof order === "object" && "use" in order;
    return order && !noted ? [orderButton(story, one, order)] : [];
  });
  if (!own && orders.length === 0) return null;
  return h(
    "section",
    { id: "case-owner", "data-state": own?.state },
    h("h3", {}, t("own_title"), own && [" ", h("span.badge", {}, word("owned", own.state))]),
    h(
      "dl.facts",
      {},
      fact(
        t("own_owner"),
        h("b", { "data-unit": own?.owner }, own ? unitName(story, own.owner) : t("own_nobody")),
        ...(own?.no_penalty
          ? [" ", h("span.badge.first", { title: t("own_no_penalty_hint") }, t("own_no_penalty"))]
          : []),
      ),
      own?.offer && fact(t("own_asked"), unitName(story, own.offer.to)),
      answer_due_at && fact(t("own_due"), moment(answer_due_at, timeZone())),
      own && own.returns > 0 && fact(t("own_returns"), String(own.returns)),
    ),
    orders.length > 0 &&
      h("div.steps.small", { role: "group", "aria-label": t("own_title") }, orders),
  );
}
