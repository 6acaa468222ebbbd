/** The next handover: which part, a note, to whom; below it what would be listed now. */
import { type Child, h } from "../base/dom";
import { uuidv7 } from "../base/uuid";
import { field, onSend } from "../panel/form";
import { may, store } from "../state";
import { nameOf, t } from "../text";
import { handOver, prepare } from "./handovers";

/** Whoever handed over or took over before. */
function known(): string[] {
  const { handing, session } = store.state;
  const all = handing?.former.flatMap(({ by, to, accepted }) => [by, to, accepted?.by]) ?? [];
  const others = all.filter((one) => !!one && one !== "keyless" && one !== session?.actor);
  return [...new Set(others as string[])];
}

function partChoice(): HTMLElement {
  const { handing, townships, session } = store.state;
  const all = t(session?.keyless ? "handover_part_all" : "handover_part_own");
  const select = h(
    "select",
    { onchange: () => prepare(select.value || null) },
    h("option", { value: "" }, all),
    townships?.townships.map((one) =>
      h("option", { value: one.code, selected: one.code === handing?.area }, nameOf(one)),
    ),
  );
  return field("handover", "area", t("handover_part"), select);
}

/** The same handover that is sent again keeps its number. */
function numbered(): (said: string) => string {
  let last = { said: "", id: "" };
  return (said) => {
    if (last.said !== said) last = { said, id: uuidv7() };
    return last.id;
  };
}

export function nextPart(open: HTMLElement): Child[] {
  const note = h("textarea", { rows: 2, maxlength: 2000 });
  const to = h("input", { type: "text", list: "handover-known", autocomplete: "off" });
  const send = h("button.primary", { type: "submit" }, t("handover_go"));
  const form = h(
    "form.report",
    { id: "handover-form", novalidate: true },
    partChoice(),
    may("dispatch", store.state) && [
      field("handover", "note", t("handover_note"), note),
      field("handover", "to", t("handover_to"), to),
      h(
        "datalist",
        { id: "handover-known" },
        known().map((value) => h("option", { value })),
      ),
      h("p.form-problem.error", { role: "alert" }),
      send,
    ],
  );
  const idOf = numbered();
  const hand = () => {
    const said = [note.value.trim(), to.value.trim()] as const;
    return handOver(idOf(JSON.stringify([store.state.handing?.area, ...said])), ...said);
  };
  onSend(form, send, hand, () => {});
  return [form, h("h3", {}, t("handover_open")), open];
}
