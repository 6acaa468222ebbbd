/** A handover as it was made: what was open then, and for the next shift the form that accepts it. */
import { api } from "../base/api";
import { type Child, h } from "../base/dom";
import type { CaseRemark, ShownHandover } from "../base/types";
import { field, onSend } from "../panel/form";
import { fact } from "../panel/place";
import { type State, store, timeZone } from "../state";
import { moment, t } from "../text";
import { accept, mayAccept, partOf } from "./handovers";
import { openList } from "./open";

function facts(one: ShownHandover): HTMLElement {
  const { accepted } = one;
  const taken = accepted && { at: moment(accepted.at, timeZone()), by: accepted.by };
  return h(
    "dl.facts",
    {},
    fact(t("handover_of"), partOf(one)),
    fact(t("handover_at"), moment(one.at, timeZone())),
    fact(t("handover_by"), one.by),
    fact(t("handover_for"), one.to ?? t("handover_anyone")),
    one.note ? fact(t("handover_note"), one.note) : "",
    taken ? fact(t("handover_accepted_at"), t("handover_accepted_by", taken)) : "",
    accepted?.note ? fact(t("handover_accepted_note"), accepted.note) : "",
  );
}

const printLink = (id: string) =>
  h(
    "a.button",
    {
      id: "handover-print",
      href: api.handoverPageUrl(id, store.state.lang),
      target: "_blank",
      rel: "noreferrer",
    },
    t("handover_print"),
  );

function remarksIn(form: HTMLFormElement): CaseRemark[] {
  const inputs = [...form.querySelectorAll<HTMLInputElement>("input[data-incident]")];
  return inputs.flatMap(({ dataset, value }) => {
    const remark = value.trim();
    return remark ? [{ incident: dataset.incident ?? "", remark }] : [];
  });
}

function acceptForm({ id, open }: ShownHandover): HTMLElement {
  const note = h("textarea", { rows: 2, maxlength: 2000 });
  const send = h("button.primary", { type: "submit" }, t("handover_accept"));
  const form = h(
    "form",
    { id: "handover-accept", novalidate: true },
    openList(open, [], true),
    h("p.hint", {}, t("handover_accept_hint")),
    field("accept", "note", t("handover_accept_note"), note),
    h("p.form-problem.error", { role: "alert" }),
    send,
  );
  const take = () => accept(id, note.value.trim(), remarksIn(form));
  onSend(form, send, take, () => {});
  return form;
}

function whoElse({ to, accepted }: ShownHandover): Child {
  if (accepted) return null;
  const text = to ? t("handover_accept_named", { to }) : t("handover_accept_other");
  return h("p.hint", {}, text);
}

export function shownPart(shown: ShownHandover): Child[] {
  const mine = mayAccept(shown, store.state as State);
  return [
    h("div.handover-title", {}, h("h3", { tabindex: -1 }, t("handovers")), printLink(shown.id)),
    facts(shown),
    h("h3", {}, t("handover_open_then")),
    mine ? acceptForm(shown) : [whoElse(shown), openList(shown.open, shown.remarks)],
  ];
}
