/** The matters that an act comes under beside the first one, which leads: named and taken back. */
import { h } from "../base/dom";
import type { Act, Incident } from "../base/types";
import { matterOptions } from "../panel/form";
import { labelled, t } from "../text";
import { act } from "./doing";
import { matterName } from "./facts";

/** An act about them, in words. */
export function matterText(act: Act): string | null {
  if (typeof act === "string") return null;
  if ("add_matter" in act) return labelled(t("matter_add"), matterName(act.add_matter));
  if ("remove_matter" in act) return labelled(t("matter_remove"), matterName(act.remove_matter));
  return null;
}

/** What the form shows; as long as it is the same, it is not drawn anew beneath who is choosing. */
export const mattersShown = (incident: Incident, mayAct: boolean) =>
  JSON.stringify([incident.id, incident.matter, incident.further_matters, incident.open, mayAct]);

/** Names a further one; nothing where the first is not known, or the reader may not. */
export function addMatterForm(incident: Incident, mayAct: boolean): HTMLElement | null {
  if (!mayAct || !incident.open || !incident.matter) return null;
  const select = h(
    "select",
    { id: "further-matter", "aria-label": t("matter_add") },
    matterOptions(null, t("matter_choose")),
  );
  const add = () => {
    if (select.value) void act(incident.id, { add_matter: select.value });
  };
  return h(
    "details",
    { id: "case-matters" },
    h("summary", {}, t("matter_add_title")),
    h(
      "div.row",
      {},
      select,
      h("button", { type: "button", id: "add-matter", onclick: add }, t("matter_add")),
    ),
  );
}
