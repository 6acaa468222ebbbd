/**
 * What has to be rectified by a day (限期整改), and the visit that sees whether it was done (复查): what is waited for,
 * a form that orders it, and one that says what was seen. What is typed stays while the case changes.
 */

import { incidentTold } from "../actions";
import { api, now, Problem } from "../base/api";
import { h } from "../base/dom";
import { wallOf } from "../base/time";
import type { Act, Incident } from "../base/types";
import { uuidv7 } from "../base/uuid";
import { field, onSend } from "../panel/form";
import { fact } from "../panel/place";
import { timeZone } from "../state";
import { age, moment, t, word } from "../text";
import { act } from "./doing";
import { revisitOverdue } from "./queue";

type Asked = "order" | "revisit";

interface Draft {
  incident: string;
  asked: Asked;
  id: string;
  values: Record<string, string>;
  open: boolean;
}

/** Outlives the drawn form. */
let draft: Draft | null = null;

function draftFor(incident: string, asked: Asked): Draft {
  if (draft?.incident !== incident || draft.asked !== asked) {
    draft = { incident, asked, id: uuidv7(), values: {}, open: false };
  }
  return draft;
}

/** An act about it, in words. */
export function rectificationText(act: Act): string | null {
  if (typeof act === "string") return null;
  if ("order_rectification" in act)
    return t("rectify_ordered", {
      by: act.order_rectification.by,
      what: act.order_rectification.what,
    });
  if (!("revisit" in act)) return null;
  const { result, by } = act.revisit;
  const told = t("revisit_told", { result: word("revisit", result) });
  return by ? t("revisit_again", { told, by }) : told;
}

function day(current: Draft, label: string, required: boolean): HTMLElement {
  const today = wallOf(now(), timeZone()).date;
  const value = current.values["act.by"] ?? "";
  const control = h("input", { type: "date", min: today, value, "aria-required": required });
  return field("rectify", "act.by", label, control);
}

function text(current: Draft, name: string, label: string): HTMLElement {
  const control = h(
    "textarea",
    { rows: 2, maxlength: 1000, "aria-required": "true" },
    current.values[name] ?? "",
  );
  return field("rectify", name, label, control);
}

function actOf({ asked, values }: Draft): Act {
  const by = values["act.by"] ?? "";
  if (asked === "order") return { order_rectification: { what: values["act.what"] ?? "", by } };
  return { revisit: { result: "not_rectified", ...(by ? { by } : {}) } };
}

/** A form that opens where it is asked for. */
function form(incident: Incident, asked: Asked): HTMLElement {
  const current = draftFor(incident.id, asked);
  const send = h("button.primary", { type: "submit" }, t(`${asked}_send`));
  const fields =
    asked === "order"
      ? [text(current, "act.what", t("order_what")), day(current, t("order_by"), true)]
      : [text(current, "reason", t("revisit_seen")), day(current, t("revisit_by"), false)];
  const body = h(
    "form.report",
    { id: `${asked}-form`, novalidate: true },
    fields,
    h("p.form-problem.error", { role: "alert" }),
    h("div.row", {}, send),
  );
  const details = h(
    "details",
    {
      id: `case-${asked}`,
      open: current.open,
      ontoggle: () => {
        current.open = details.open;
      },
    },
    h("summary", {}, t(`${asked}_title`)),
    body,
  );
  body.addEventListener("input", ({ target }) => {
    const control = target as HTMLInputElement;
    current.values[control.name] = control.value;
  });
  const close = () => {
    current.open = false;
    details.open = false;
    details.querySelector("summary")?.focus();
  };
  onSend(
    body,
    send,
    async () => {
      if (asked === "order" && !current.values["act.by"])
        throw new Problem(0, "", t("order_day_needed"), "act.by");
      const reason = current.values.reason?.trim();
      const why = reason ? { reason } : {};
      const after = await api.act(incident.id, { id: current.id, act: actOf(current), ...why });
      draft = null;
      incidentTold(incident.id, after);
    },
    close,
  );
  return details;
}

function dueText({ by, due_at }: NonNullable<Incident["rectification"]>): string {
  const left_s = (Date.parse(due_at) - now().getTime()) / 1000;
  const left = t(left_s < 0 ? "overdue_by" : "time_left", { age: age(Math.abs(left_s)) });
  return `${by} · ${left}`;
}

/** What the section shows; as long as it is the same, it is not drawn anew beneath who is typing. */
export const rectificationShown = (incident: Incident, mayAct: boolean) =>
  JSON.stringify([
    incident.id,
    incident.rectification,
    incident.open && incident.status !== "discovered",
    revisitOverdue(incident),
    mayAct,
  ]);

/** Nothing where nothing is to be rectified and the reader may not order it. */
export function rectificationSection(incident: Incident, mayAct: boolean): HTMLElement | null {
  const { rectification, status } = incident;
  const asked = rectification ? "revisit" : "order";
  const offered = mayAct && incident.open && (rectification || status !== "discovered");
  if (!rectification && !offered) return null;
  const seen: Act = { revisit: { result: "rectified" } };
  return h(
    "section",
    { id: "case-rectification", "data-overdue": revisitOverdue(incident) },
    rectification && [
      h(
        "h3",
        {},
        t("rectify_title"),
        revisitOverdue(incident) && [" ", h("span.badge.stuck", {}, t("revisit_overdue"))],
      ),
      h(
        "dl.facts",
        {},
        fact(t("order_what"), h("b", {}, rectification.what)),
        fact(t("order_by"), dueText(rectification)),
        fact(
          t("rectify_since"),
          `${moment(rectification.ordered_at, timeZone())} ${word("actor", rectification.actor)}`,
        ),
        rectification.revisits > 0 && fact(t("revisit_count"), String(rectification.revisits)),
      ),
      offered &&
        h(
          "div.steps",
          {},
          h(
            "button.primary",
            {
              type: "button",
              "data-key": "act revisit rectified",
              "data-act": "revisit rectified",
              onclick: () => void act(incident.id, seen),
            },
            t("revisit_rectified_do"),
          ),
        ),
    ],
    offered && form(incident, asked),
  );
}

export function rectificationBadge(incident: Incident): HTMLElement | undefined {
  const { rectification } = incident;
  return (
    rectification &&
    h(
      "span.badge",
      { "data-overdue": revisitOverdue(incident) },
      t("revisit_by_day", { by: rectification.by }),
    )
  );
}
