/** The address that a caller says, with the places that may be meant offered below it. */
import { failed } from "../actions";
import { api } from "../base/api";
import { combobox } from "../base/combobox";
import { h, typed } from "../base/dom";
import type { Found } from "../base/types";
import { found } from "../find/row";
import { t } from "../text";

const SHOWN = 6;

/** `chosen` hears of a place that was taken; a text that means none stays what it is. Its field is `address`. */
export function addressField(id: string, value: string, chosen: (one: Found) => void): HTMLElement {
  const input = h("input", {
    id,
    name: "address",
    type: "text",
    value,
    maxlength: 200,
    placeholder: t("call_address_hint"),
    "aria-required": "true",
  });
  const { element } = combobox<Found>({
    id,
    input,
    label: t("call_address"),
    none: t("find_none"),
    unasked: true,
    async search(text, signal) {
      await typed(signal);
      const all = (await api.find(text, null, SHOWN, signal)).found;
      return all.filter(({ kind }) => !["squad", "post", "incident", "county"].includes(kind));
    },
    row: found,
    take: chosen,
    failed: (error) => failed("failed_find", error),
  });
  return element;
}
