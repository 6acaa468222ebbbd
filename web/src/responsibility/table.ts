/** How figures are told: shares with what they are of, and tables. */
import { h } from "../base/dom";
import { aside, number, percent, t } from "../text";

/** A share with what it is of. */
export function shareText(part: number, of: number, share: number | null | undefined): string {
  return aside(percent(share ?? null), t("lists_of", { n: number(part), all: number(of) }));
}

export function table(id: string, head: string[], rows: HTMLElement[]): HTMLElement {
  return h(
    "table.entries",
    { id },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        head.map((one) => h("th", { scope: "col" }, one)),
      ),
    ),
    h("tbody", {}, rows),
  );
}
