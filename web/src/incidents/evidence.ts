/**
 * Evidence of a case stays in the case system: here it is where that is (URI), what its content hashes to, and what it
 * is. The hash of a file is worked out in the browser; the file itself goes nowhere.
 */
import { incidentTold } from "../actions";
import { api } from "../base/api";
import { h } from "../base/dom";
import type { Evidence } from "../base/types";
import { uuidv7 } from "../base/uuid";
import { field, fieldOf, onSend } from "../panel/form";
import { may, store } from "../state";
import { t, word } from "../text";

/** A kind of the contract that is missing here does not compile. */
const EVERY_KIND: Record<Evidence["kind"], true> = { photo: true, recording: true, document: true };
const KINDS = Object.keys(EVERY_KIND) as Evidence["kind"][];
const HASH_SHOWN = 12;

/** What is typed into the fields, by their names. */
type Values = Record<string, string>;

/** Nothing where no URI was given. */
export function evidenceOf(values: Values): Evidence | null {
  const uri = values["evidence.uri"]?.trim();
  if (!uri) return null;
  const kind = (values["evidence.kind"] ?? "photo") as Evidence["kind"];
  return { kind, uri, sha256: (values["evidence.sha256"] ?? "").trim().toLowerCase() };
}

async function sha256(file: File): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Kind, URI and hash; what is chosen as a file is hashed into its field. `form` tells the fields of two forms apart. */
export function evidenceFields(form: string, values: Values): HTMLElement[] {
  const kind = h(
    "select",
    {},
    KINDS.map((one) =>
      h("option", { value: one, selected: one === values["evidence.kind"] }, word("evidence", one)),
    ),
  );
  const hash = h("input", {
    type: "text",
    value: values["evidence.sha256"] ?? "",
    autocomplete: "off",
    spellcheck: "false",
    maxlength: 64,
    placeholder: t("evidence_hash_hint"),
  });
  const file = h("input", {
    type: "file",
    id: `${form}-evidence-file`,
    onchange: async () => {
      const [chosen] = file.files ?? [];
      if (!chosen) return;
      hash.value = await sha256(chosen);
      hash.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  return [
    field(form, "evidence.kind", t("evidence_kind"), kind),
    field(
      form,
      "evidence.uri",
      t("evidence_uri"),
      h("input", {
        type: "text",
        inputmode: "url",
        value: values["evidence.uri"] ?? "",
        autocomplete: "off",
        maxlength: 500,
        placeholder: "https://…",
      }),
    ),
    // Without HTTPS a browser hashes nothing: then it is typed.
    ...(window.isSecureContext
      ? [fieldOf("evidence.file", file.id, t("evidence_file"), file)]
      : []),
    field(form, "evidence.sha256", t("evidence_sha256"), hash),
  ];
}

/** Tells a case of it, as a remark; sending it again with the same number counts once. */
export async function tellEvidence(
  incident: string,
  id: string,
  evidence: Evidence,
  reason?: string,
): Promise<void> {
  const why = reason?.trim() || word("evidence", evidence.kind);
  const after = await api.act(incident, { id, act: "remark", reason: why, evidence: [evidence] });
  incidentTold(incident, after);
}

function shown({ kind, uri, sha256 }: Evidence): HTMLElement {
  // Whatever else a URI may do is not clicked here.
  const opens = /^https?:/i.test(uri);
  return h(
    "span.evidence",
    { "data-evidence": kind },
    h("span.badge", {}, word("evidence", kind)),
    " ",
    opens
      ? h("a", { href: uri, target: "_blank", rel: "noreferrer noopener" }, uri)
      : h("code", {}, uri),
    " ",
    h("code", { title: sha256 }, `${sha256.slice(0, HASH_SHOWN)}…`),
  );
}

export const evidenceShown = (all: Evidence[] | undefined): HTMLElement[] => (all ?? []).map(shown);

/** A form on the card of a case that refers to one more piece. */
export function evidenceForm(incident: string): HTMLElement | null {
  if (!may("remark", store.state)) return null;
  const values: Values = {};
  const action = uuidv7();
  const button = h("button", { type: "submit" }, t("evidence_send"));
  const form = h(
    "form.evidence-form",
    { id: "evidence", novalidate: true },
    h("p.hint", {}, t("evidence_hint")),
    evidenceFields("evidence", values),
    field(
      "evidence",
      "reason",
      t("evidence_what"),
      h("input", { type: "text", autocomplete: "off", maxlength: 500 }),
    ),
    h("p.form-problem.error", { role: "alert" }),
    h("div.row", {}, button),
  );
  const details = h("details", { id: "add-evidence" }, h("summary", {}, t("evidence_add")), form);
  form.addEventListener("input", ({ target }) => {
    const { name, value } = target as HTMLInputElement;
    values[name] = value;
  });
  const leave = () => {
    details.open = false;
    details.querySelector("summary")?.focus();
  };
  onSend(
    form,
    button,
    async () => {
      const evidence = evidenceOf(values) ?? { kind: "photo", uri: "", sha256: "" };
      await tellEvidence(incident, action, evidence, values.reason);
      const next = evidenceForm(incident);
      if (next) details.replaceWith(next);
    },
    leave,
  );
  return details;
}
