/** A link that opens the same case for somebody else. */
import { fill, h } from "../base/dom";
import { caseHash } from "../hash";
import { t } from "../text";

/** Copies it; where the browser does not let a page do that, shows it to be copied by hand. */
export function linkButton(id: string): HTMLElement {
  const told = h("span", { role: "status" });
  const copy = async () => {
    const link = `${location.origin}${location.pathname}${caseHash(id)}`;
    try {
      await navigator.clipboard.writeText(link);
      fill(told, h("small", {}, t("link_copied")));
    } catch {
      const text = h("input", {
        type: "text",
        readonly: true,
        value: link,
        "aria-label": t("case_link"),
      });
      fill(told, text);
      text.select();
    }
  };
  return h(
    "p.row.case-link",
    {},
    h(
      "button.quiet",
      { type: "button", id: "case-link", onclick: () => void copy() },
      t("link_copy"),
    ),
    told,
  );
}
