/** A link that opens the same for somebody else. */
import { fill, h } from "../base/dom";
import { type Text, t } from "../text";

interface Link {
  /** Of the button. */
  id: string;
  /** What the address has at its end. */
  hash: string;
  /** What the button says. */
  copy: Text;
  /** What the link is called. */
  label: Text;
}

/** Copies it; where the browser does not let a page do that, shows it to be copied by hand. */
export function linkButton({ id, hash, copy, label }: Link): HTMLElement {
  const told = h("span", { role: "status" });
  const onclick = async () => {
    const link = `${location.origin}${location.pathname}${hash}`;
    try {
      await navigator.clipboard.writeText(link);
      fill(told, h("small", {}, t("link_copied")));
    } catch {
      const text = h("input", {
        type: "text",
        readonly: true,
        value: link,
        "aria-label": t(label),
      });
      fill(told, text);
      text.select();
    }
  };
  return h(
    "p.row.case-link",
    {},
    h("button.quiet", { type: "button", id, onclick: () => void onclick() }, t(copy)),
    told,
  );
}
