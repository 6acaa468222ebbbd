/** The story of a case: everything that was done, in order, with who did it, why, and what was late. */
import { h } from "../base/dom";
import type { Act, Evidence, Story } from "../base/types";
import { timeZone } from "../state";
import { age, labelled, moment, t, word } from "../text";
import { lateBy_s } from "./clock";
import { choiceText } from "./decision";
import { evidenceShown } from "./evidence";
import { matterName, squadName, stateName } from "./facts";
import { matterText } from "./matters";
import { orderText } from "./owner";
import { rectificationText } from "./rectification";

interface Entry {
  at: string;
  text: string;
  actor?: string;
  reason?: string | null | undefined;
  evidence?: Evidence[] | undefined;
  /** Told after what was done later. */
  told_late?: boolean;
  /** After the limit, seconds. */
  late_s?: number;
}

function actText(story: Story, act: Act): string {
  if (typeof act === "string") return word("act", act);
  if ("to" in act) return stateName(story, act.to);
  if ("raise" in act) return t("flag_raised", { flag: word("flag", act.raise) });
  if ("lower" in act) return t("flag_lowered", { flag: word("flag", act.lower) });
  if ("own" in act) return orderText(story, act.own);
  if ("decide" in act) return choiceText(act.decide);
  if ("matter" in act) return labelled(t("matter"), matterName(act.matter));
  if ("merge" in act) return t("act_merged", { id: act.merge.slice(0, 8) });
  if ("legal_review" in act) return t("review_told", { result: word("review", act.legal_review) });
  return rectificationText(act) ?? matterText(act) ?? word("act", "on_scene");
}

/** What squads did is told by their assignments; what follows from it for the case is not told twice. */
function entries(story: Story): Entry[] {
  const { incident, actions, assignments } = story;
  const told: Entry[] = [{ at: incident.reported_at, text: t("story_reported") }];
  for (const one of actions) {
    if (one.assignment) continue;
    const { at, act, actor, reason, late, evidence } = one;
    told.push({ at, text: actText(story, act), actor, reason, told_late: late, evidence });
  }
  for (const one of assignments) {
    const squad = squadName(one.squad);
    const tell = (at: string | null, status: string, more: Partial<Entry> = {}) => {
      if (at) told.push({ at, text: labelled(squad, word("sent", status)), ...more });
    };
    const scene = actions.find(
      ({ assignment, act }) =>
        assignment === one.id && typeof act !== "string" && "on_scene" in act,
    );
    const first = one.arrived_at !== null && one.arrived_at === incident.milestones?.arrived_at;
    tell(one.assigned_at, "assigned", { actor: one.assigned_by });
    tell(one.departed_at, "en_route");
    tell(one.arrived_at, "on_scene", {
      ...(scene ? { actor: scene.actor, told_late: scene.late } : {}),
      ...(first ? { late_s: lateBy_s(incident) } : {}),
    });
    tell(one.ended_at, one.status, { reason: one.reason });
  }
  // Those of one moment stay as they were told.
  return told.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function row({ at, text, actor, reason, told_late, late_s, evidence }: Entry): HTMLElement {
  return h(
    "li",
    {},
    h("time", { datetime: at }, moment(at, timeZone())),
    h(
      "span",
      {},
      h("b", {}, text),
      late_s ? [" ", h("span.badge.first", {}, t("late_by", { age: age(late_s) }))] : null,
      told_late && [" ", h("span.badge", { title: t("told_late_hint") }, t("told_late"))],
      reason && h("q", {}, reason),
      evidenceShown(evidence),
      actor && h("small", {}, word("actor", actor)),
    ),
  );
}

export function storySection(story: Story): HTMLElement {
  return h(
    "section",
    { id: "story" },
    h("h3", {}, t("story")),
    h("ol.story", {}, entries(story).map(row)),
  );
}
