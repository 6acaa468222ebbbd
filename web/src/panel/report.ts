/**
 * The report form. Its number (the incident's id) is made when the form opens and kept until the
 * service has answered, so that sending again after a broken connection cannot report twice.
 * Without a place it takes an address: what is held then is located later, under the same number.
 */
import { report, selectPlace, showReported } from "../actions";
import { api } from "../base/api";
import { h } from "../base/dom";
import type { LngLat, Urgency } from "../base/types";
import { uuidv7 } from "../base/uuid";
import { addressField } from "../calls/address";
import { callTold, selectCall } from "../calls/calls";
import { accuracyOf } from "../find/here";
import { matterField } from "../find/matter";
import { evidenceFields, evidenceOf, tellEvidence } from "../incidents/evidence";
import { openNear, repeatsNear } from "../incidents/near";
import { may, store } from "../state";
import { nameOf, t } from "../text";
import { choice, field, fieldOf, formEnd, onSend } from "./form";
import type { Go } from "./scope";

const URGENCIES: Urgency[] = ["urgent", "quick", "normal"];
interface Draft {
  id: string;
  /** Of the remark that refers to evidence. */
  remark: string;
  /** Null while only an address is known. */
  point: LngLat | null;
  values: Record<string, string>;
}

/** Outlives the drawn form, so that neither a live event nor a change of language loses what was typed. */
let draft: Draft | null = null;

const same = (a: LngLat | null, b: LngLat | null) =>
  a && b ? a.lng === b.lng && a.lat === b.lat : a === b;

function draftFor(point: LngLat | null): Draft {
  if (!draft || !same(draft.point, point)) {
    const accuracy_m = point && accuracyOf(point);
    draft = { id: uuidv7(), remark: uuidv7(), point, values: { urgency: "normal" } };
    if (accuracy_m !== null) draft.values.accuracy_m = String(accuracy_m);
  }
  return draft;
}

/** What is said, wherever it is. */
function said({ id, values }: Draft) {
  const text = (name: string) => values[name]?.trim() || undefined;
  const name = text("reporter.name");
  const phone = text("reporter.phone");
  const matter = text("matter");
  const description = text("description");
  return {
    id,
    urgency: (values.urgency ?? "normal") as Urgency,
    ...(matter ? { matter } : {}),
    ...(description ? { description } : {}),
    ...(name || phone
      ? { reporter: { ...(name ? { name } : {}), ...(phone ? { phone } : {}) } }
      : {}),
  };
}

async function send(current: Draft): Promise<void> {
  const { point, values } = current;
  if (point) {
    const accuracy = values.accuracy_m?.trim();
    const incident = await report({
      ...said(current),
      lng: Number(point.lng.toFixed(7)),
      lat: Number(point.lat.toFixed(7)),
      ...(accuracy ? { accuracy_m: Number(accuracy) } : {}),
    });
    const evidence = evidenceOf(values);
    if (evidence) await tellEvidence(incident.id, current.remark, evidence);
    draft = null;
    return showReported(incident);
  }
  const address = values.address?.trim() ?? "";
  const call = await api.hold({
    ...said(current),
    address,
    ...(values.area ? { area: values.area } : {}),
  });
  draft = null;
  callTold(call);
  selectCall(call.id);
}

/** Where it is, while no place is chosen: what somebody finds becomes the place of the report. */
function whereabouts(current: Draft, go: Go): HTMLElement[] {
  const { values } = current;
  const address = addressField("report-address", values.address ?? "", ({ at }) => {
    draft = { ...current, point: at };
    go.toPoint(at);
    selectPlace(at);
    store.set({ form: "report" });
  });
  const townships = store.state.townships?.townships ?? [];
  const area = h(
    "select",
    {},
    h("option", { value: "" }, t("call_area_unknown")),
    townships.map((one) =>
      h("option", { value: one.code, selected: one.code === values.area }, nameOf(one)),
    ),
  );
  return [
    fieldOf("address", "report-address", t("call_address"), address),
    field("report", "area", t("call_area"), area),
  ];
}

/** The form for `point`, or for an address; what was reported with it is shown as a case, or a call. */
export function reportForm(point: LngLat | null, go: Go): HTMLElement {
  const current = draftFor(point);
  const { values } = current;
  const input = (type: string, name: string, extra = {}) =>
    h("input", { type, value: values[name] ?? "", autocomplete: "off", ...extra });
  const button = h("button.primary", { type: "submit" }, t(point ? "send" : "call_hold"));
  const repeats = point && repeatsNear(point);
  void repeats?.of(values.matter ?? "");
  const matter = matterField("report-matter", values.matter, (chosen) => {
    values.matter = chosen?.code ?? "";
    void repeats?.of(values.matter);
    const wanted = chosen && `[name="urgency"][value="${chosen.urgency}"]`;
    const radio = wanted && form.querySelector<HTMLInputElement>(wanted);
    if (!radio) return;
    radio.checked = true;
    values.urgency = radio.value;
  });
  const form = h(
    "form.report",
    { id: "report", novalidate: true },
    h("h3", {}, t(point ? "report_title" : "call_new_title")),
    point ? openNear(point) : whereabouts(current, go),
    fieldOf("matter", "report-matter", t("report_matter"), matter),
    repeats?.note,
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
    point &&
      field(
        "report",
        "accuracy_m",
        t("report_accuracy"),
        input("number", "accuracy_m", { min: 0, step: "any", inputmode: "decimal" }),
      ),
    point &&
      may("remark", store.state) &&
      h(
        "details",
        { id: "report-evidence", open: Boolean(values["evidence.uri"]) },
        h("summary", {}, t("evidence")),
        h("p.hint", {}, t("evidence_hint")),
        evidenceFields("report", values),
      ),
    h(
      "details",
      { open: Boolean(values["reporter.name"] || values["reporter.phone"]) },
      h("summary", {}, t("reporter")),
      field("report", "reporter.name", t("reporter_name"), input("text", "reporter.name")),
      field("report", "reporter.phone", t("reporter_phone"), input("tel", "reporter.phone")),
    ),
    formEnd(button),
  );

  form.addEventListener("input", ({ target }) => {
    const control = target as HTMLInputElement;
    if (control.name !== "matter") values[control.name] = control.value;
  });
  onSend(form, button, () => send(current));
  return form;
}
