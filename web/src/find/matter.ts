/** A matter, chosen by typing a part of its name, field or code, its own or another's: there are hundreds. */
import { combobox } from "../base/combobox";
import { h } from "../base/dom";
import type { Matter } from "../base/types";
import { store } from "../state";
import { aside, nameOf, t } from "../text";
import { fitting } from "./match";

const SHOWN = 50;

const shown = (matter: Matter) => aside(nameOf(matter), matter.code);

/** How others number it now: `scheme:code`. What a browser kept of an earlier service has none. */
const others = ({ codes }: Matter) =>
  (codes ?? [])
    .filter((one) => one.in_force && !one.of_category)
    .map(({ scheme, code }) => `${scheme}:${code}`);

/** `chosen` is told the matter, or null once there is none. Its field is called `matter`. */
export function matterField(
  id: string,
  code: string | undefined,
  chosen: (matter: Matter | null) => void,
): HTMLElement {
  const { matters } = store.state;
  const known = matters.find((one) => one.code === code);
  const input = h("input", {
    id,
    name: "matter",
    type: "search",
    value: known ? shown(known) : "",
    placeholder: t("matter_hint"),
    "data-matter": known?.code,
  });
  const set = (matter: Matter | null) => {
    input.dataset.matter = matter?.code ?? "";
    chosen(matter);
  };
  const { element } = combobox<Matter>({
    id,
    input,
    label: t("report_matter"),
    none: t("matter_none"),
    whole: true,
    search(text) {
      // What is chosen is no question.
      const taken = matters.find((one) => one.code === input.dataset.matter);
      const query = taken && text === shown(taken) ? "" : text;
      const names = (one: Matter) => [one.name, one.name_zh, one.code, one.domain, ...others(one)];
      return fitting(query, matters, names).slice(0, SHOWN);
    },
    row: (one) => [
      h("b", {}, nameOf(one)),
      h("small", {}, [one.code, one.domain, ...others(one)].join(" · ")),
    ],
    take(one) {
      input.value = shown(one);
      set(one);
    },
  });
  input.addEventListener("input", () => input.dataset.matter && set(null));
  // What was begun and not chosen means nothing: the field says what will be sent.
  input.addEventListener("blur", () => {
    if (!input.dataset.matter) input.value = "";
  });
  return element;
}
