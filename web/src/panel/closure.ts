/**
 * The form that closes a road or says that it is slow. Its number and the moment it counts from are
 * kept until the service has answered, so that sending again after a broken connection closes once.
 */
import { atParam, disrupt } from "../actions";
import { Problem } from "../base/api";
import { h } from "../base/dom";
import { instantOf, wallOf } from "../base/time";
import type { DisruptionDraft, LngLat } from "../base/types";
import { uuidv7 } from "../base/uuid";
import { timeZone } from "../state";
import { moment, t } from "../text";
import { choice, field, formEnd, onSend } from "./form";

const HOUR_MS = 3_600_000;
const DAY_MINUTES = 24 * 60;
const HALF_SPEED = 0.5;

interface Draft {
  id: string;
  point: LngLat;
  values: Record<string, string>;
  /** Set by the first sending. */
  start: Date | null;
}

/** Outlives the drawn form, as the report's draft does. */
let draft: Draft | null = null;

function draftFor(point: LngLat): Draft {
  if (draft?.point !== point) {
    const values = { speed_factor: "closed", until: "lifted", reason: "" };
    draft = { id: uuidv7(), point, values, start: null };
  }
  return draft;
}

/** The chosen moment where it is yet to come, else null: the present. */
function plannedStart(): Date | null {
  const at = atParam();
  const chosen = at ? new Date(at) : null;
  return chosen && chosen.getTime() > Date.now() ? chosen : null;
}

function endOf(until: string | undefined, start: Date): Date | null {
  if (until === "hour") return new Date(start.getTime() + HOUR_MS);
  if (until === "hours") return new Date(start.getTime() + 4 * HOUR_MS);
  if (until !== "day") return null;
  return instantOf({ date: wallOf(start, timeZone()).date, minute: DAY_MINUTES }, timeZone());
}

function bodyOf({ id, point, values, start }: Draft & { start: Date }): DisruptionDraft {
  const until = endOf(values.until, start);
  const planned = start.getTime() > Date.now();
  return {
    id,
    place: { at: { lng: Number(point.lng.toFixed(7)), lat: Number(point.lat.toFixed(7)) } },
    speed_factor: values.speed_factor === "half" ? HALF_SPEED : 0,
    ...(planned ? { from: start.toISOString() } : {}),
    ...(until ? { until: until.toISOString() } : {}),
    reason: values.reason?.trim() ?? "",
  };
}

export function closureForm(point: LngLat): HTMLElement {
  const current = draftFor(point);
  const { values } = current;
  const planned = plannedStart();
  const send = h("button.primary", { type: "submit" }, t("closure_send"));
  const form = h(
    "form.report",
    { id: "closure", novalidate: true },
    h("h3", {}, t("closure_title")),
    h(
      "p.hint",
      {},
      planned
        ? t("closure_planned", { moment: moment(planned.toISOString(), timeZone()) })
        : t("closure_now"),
    ),
    field(
      "closure",
      "reason",
      t("closure_reason"),
      h("textarea", { rows: 2, maxlength: 500, "aria-required": "true" }, values.reason ?? ""),
    ),
    choice(
      "speed_factor",
      t("closure_speed"),
      (["closed", "half"] as const).map((speed) => [speed, t(`closure_speed_${speed}`)]),
      values.speed_factor,
    ),
    choice(
      "until",
      t("closure_until"),
      (["hour", "hours", "day", "lifted"] as const).map((end) => [end, t(`closure_until_${end}`)]),
      values.until,
    ),
    formEnd(send),
  );
  form.addEventListener("input", ({ target }) => {
    const control = target as HTMLInputElement;
    values[control.name] = control.value;
  });
  onSend(form, send, async () => {
    current.start ??= planned ?? new Date();
    try {
      await disrupt(bodyOf({ ...current, start: current.start }));
      draft = null;
    } catch (error) {
      // Refused, so nothing was kept: what is sent next begins when it is sent.
      if (error instanceof Problem && error.status >= 400 && error.status < 500) {
        current.start = null;
      }
      throw error;
    }
  });
  return form;
}
