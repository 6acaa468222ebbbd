/**
 * The report form. Its number (the incident's id) is made when the form opens and kept until the
 * service has answered, so that sending again after a broken connection cannot report twice.
 */
import { report, showReported } from "../actions";
import { h } from "../base/dom";
import type { LngLat, Urgency } from "../base/types";
import { uuidv7 } from "../base/uuid";
import { accuracyOf } from "../find/here";
import { matterField } from "../find/matter";
import { openNear } from "../incidents/near";
import { t } from "../text";
import { choice, field, fieldOf, formEnd, onSend } from "./form";

const URGENCIES: Urgency[] = ["urgent", "quick", "normal"];
interface Draft {
  id: string;
  point: LngLat;
  values: Record<string, string>;
}

/** Outlives the drawn form, so that neither a live event nor a change of language loses what was typed. */
let draft: Draft | null = null;

function draftFor(point: LngLat): Draft {
  if (!draft || draft.point.lng !== point.lng || draft.point.lat !== point.lat) {
    const accuracy_m = accuracyOf(point);
    draft = { id: uuidv7(), point, values: { urgency: "normal" } };
    if (accuracy_m !== null) draft.values.accuracy_m = String(accuracy_m);
  }
  return draft;
}

function bodyOf({ id, point, values }: Draft) {
  const text = (name: string) => values[name]?.trim() || undefined;
  const name = text("reporter.name");
  const phone = text("reporter.phone");
  const matter = text("matter");
  const description = text("description");
  const accuracy = text("accuracy_m");
  return {
    id,
    lng: Number(point.lng.toFixed(7)),
    lat: Number(point.lat.toFixed(7)),
    urgency: (values.urgency ?? "normal") as Urgency,
    ...(matter ? { matter } : {}),
    ...(description ? { description } : {}),
    ...(accuracy ? { accuracy_m: Number(accuracy) } : {}),
    ...(name || phone
      ? { reporter: { ...(name ? { name } : {}), ...(phone ? { phone } : {}) } }
      : {}),
  };
}

/** The form for `point`; what was reported with it is shown as a case. */
export function reportForm(point: LngLat): HTMLElement {
  const current = draftFor(point);
  const { values } = current;
  const input = (type: string, name: string, extra = {}) =>
    h("input", { type, value: values[name] ?? "", autocomplete: "off", ...extra });
  const send = h("button.primary", { type: "submit" }, t("send"));
  const matter = matterField("report-matter", values.matter, (chosen) => {
    values.matter = chosen?.code ?? "";
    const wanted = chosen && `[name="urgency"][value="${chosen.urgency}"]`;
    const radio = wanted && form.querySelector<HTMLInputElement>(wanted);
    if (!radio) return;
    radio.checked = true;
    values.urgency = radio.value;
  });
  const form = h(
    "form.report",
    { id: "report", novalidate: true },
    h("h3", {}, t("report_title")),
    openNear(point),
    fieldOf("matter", "report-matter", t("report_matter"), matter),
    choice(
      "urgency",
      t("urgency"),
      URGENCIES.map((urgency) => [urgency, t(`urgency_${urgency}`)]),
      values.urgency,
    ),
    field(
      "report",
      "description",
      t("report_description"),
      h("textarea", { rows: 3, maxlength: 2000 }, values.description ?? ""),
    ),
    field(
      "report",
      "accuracy_m",
      t("report_accuracy"),
      input("number", "accuracy_m", { min: 0, step: "any", inputmode: "decimal" }),
    ),
    h(
      "details",
      { open: Boolean(values["reporter.name"] || values["reporter.phone"]) },
      h("summary", {}, t("reporter")),
      field("report", "reporter.name", t("reporter_name"), input("text", "reporter.name")),
      field("report", "reporter.phone", t("reporter_phone"), input("tel", "reporter.phone")),
    ),
    formEnd(send),
  );

  form.addEventListener("input", ({ target }) => {
    const control = target as HTMLInputElement;
    if (control.name !== "matter") values[control.name] = control.value;
  });
  onSend(form, send, async () => {
    const incident = await report(bodyOf(current));
    draft = null;
    showReported(incident);
  });
  return form;
}
