/** What may be done to a case next, as the service's answer has it: states first, then the rest. */
import { h } from "../base/dom";
import type { Incident, NextAct, Story } from "../base/types";
import { store } from "../state";
import { listed, nameOf, t, word } from "../text";
import { choiceOf } from "./decision";
import { act, withReason } from "./doing";
import { matterText } from "./matters";
import { orderOf } from "./owner";
import { rectificationText } from "./rectification";

/** `{ to: "closed" }` is `to closed`. */
const actKey = ({ act }: NextAct) =>
  typeof act === "string" ? act : (Object.entries(act)[0]?.join(" ") ?? "");

function actLabel({ act, name, name_zh }: NextAct): string {
  if (name) return nameOf({ name, name_zh: name_zh ?? null });
  if (typeof act === "string") return word("act", act);
  if ("to" in act) return word("step", act.to);
  if ("raise" in act) return t("act_raise", { flag: word("flag", act.raise) });
  if ("lower" in act) return t("act_lower", { flag: word("flag", act.lower) });
  if ("legal_review" in act) return word("act_review", act.legal_review);
  return matterText(act) ?? word("act", "on_scene");
}

const leads = ({ act }: NextAct) => typeof act !== "string" && "to" in act;

function actButton(incident: Incident, next: NextAct, primary: boolean): HTMLElement {
  const key = `act ${actKey(next)}`;
  const label = actLabel(next);
  const lacks = next.lacks && listed(next.lacks.map((need) => word("need", need)));
  return h(
    primary ? "button.primary" : "button",
    {
      type: "button",
      "data-key": key,
      "data-act": actKey(next),
      disabled: Boolean(lacks),
      "aria-expanded": next.needs_reason && String(store.state.asking?.key === key),
      onclick: () =>
        withReason(next.needs_reason, key, label, (reason) => act(incident.id, next.act, reason)),
    },
    lacks
      ? t("act_lacks", { what: label, need: lacks })
      : next.needs_reason
        ? t("with_reason", { what: label })
        : label,
  );
}

export function steps({ incident, next }: Story, squadLeads: boolean): HTMLElement {
  const states = next.filter(leads);
  const others = next.filter(
    (one) => !leads(one) && !orderOf(one) && !choiceOf(one) && !rectificationText(one.act),
  );
  const first = states.find((one) => !one.needs_reason);
  return h(
    "section",
    { id: "case-steps" },
    h("h3", {}, t("case_next")),
    h(
      "div.steps",
      {},
      states.map((one) => actButton(incident, one, one === first && !one.lacks && !squadLeads)),
    ),
    h(
      "div.steps.small",
      { role: "group", "aria-label": t("case_flags") },
      others.map((one) => actButton(incident, one, false)),
    ),
  );
}
