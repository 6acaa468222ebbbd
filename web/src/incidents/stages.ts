/** The stages of a case: by when each has to be done, what is left of it, what stands, and what was late. */
import { now } from "../base/api";
import { h } from "../base/dom";
import type { StageClock, Story } from "../base/types";
import { timeZone } from "../state";
import { age, moment, nameOf, t, word } from "../text";

/** What is left is counted by the service; a story that is older tells it wrong. */
export const STAGES_STALE_MS = 60_000;

export const stagesRun = (story: Story | null) =>
  (story?.incident.stages ?? []).some(({ left_min, paused }) => left_min !== null && !paused);

function limitText({ limit }: StageClock["stage"]): string {
  return t(`limit_${limit.unit}`, { n: limit.amount });
}

function stateOf({ began_at, ended_at, late, left_min, paused }: StageClock): string {
  if (!began_at) return "waits";
  if (ended_at) return late ? "done_late" : "done";
  if (paused) return "paused";
  if (late) return "late";
  return left_min === null ? "waits" : "runs";
}

function leftText({ left_min, stage }: StageClock): string {
  const left = age((left_min ?? 0) * 60);
  return t(stage.limit.unit === "minutes" ? "time_left" : "working_left", { age: left });
}

function row(clock: StageClock): HTMLElement {
  const { stage, due_at, ended_at } = clock;
  const state = stateOf(clock);
  const zone = timeZone();
  const overdue_s = due_at ? (now().getTime() - Date.parse(due_at)) / 1000 : 0;
  const told: Record<string, (string | null)[]> = {
    waits: [],
    runs: [due_at && t("stage_due", { at: moment(due_at, zone) }), leftText(clock)],
    paused: [leftText(clock)],
    late: [
      due_at && t("stage_due", { at: moment(due_at, zone) }),
      t("overdue_by", { age: age(overdue_s) }),
    ],
    done: [ended_at && moment(ended_at, zone)],
    done_late: [
      ended_at && moment(ended_at, zone),
      due_at && t("stage_due", { at: moment(due_at, zone) }),
    ],
  };
  return h(
    "li",
    { "data-stage": stage.stage, "data-clock": state },
    h("b", {}, nameOf(stage)),
    " ",
    h("span.badge", state.endsWith("late") ? { "data-overdue": true } : {}, word("stage", state)),
    h("small", {}, [limitText(stage), ...(told[state] ?? [])].filter(Boolean).join(" · ")),
    stage.is_default && [
      " ",
      h("span.badge", { title: t("stage_default_hint") }, t("stage_default")),
    ],
    stage.closes_when && h("small", {}, t("stage_closes", { when: stage.closes_when })),
  );
}

export function stagesSection({ incident }: Story): HTMLElement | null {
  const stages = incident.stages ?? [];
  if (stages.length === 0) return null;
  return h(
    "section",
    { id: "case-stages" },
    h("h3", {}, t("stages")),
    h("ul.stages", {}, stages.map(row)),
  );
}
