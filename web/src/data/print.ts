/** On paper: the map as a picture with its legend, the figures, what they mean, when, and whose data it is. */
import { h } from "../base/dom";
import type { Go } from "../panel/scope";
import { definitionText } from "../panel/summary";
import { store } from "../state";
import { percent, t } from "../text";
import { attribution, heading, picture } from "./picture";

/** Browsers print what is in the document: a canvas of WebGL would be empty there. */
function sheet(map: HTMLCanvasElement | null): HTMLElement {
  const { summary } = store.state;
  const share = summary?.shares.accessible.area_m2.share;
  return h(
    "div.print-sheet",
    { id: "print-sheet" },
    map
      ? h("img", { src: picture(map).toDataURL("image/png"), alt: heading() })
      : h("h1", {}, heading()),
    summary &&
      h("p", {}, h("b", {}, percent(share)), ` ${t("covered_headline", { n: summary.minutes })}`),
    summary && h("p", {}, definitionText(summary.definition)),
    h("p", {}, attribution()),
  );
}

/** Whoever prints the page, by button or by keys, prints that sheet and what is selected. */
export function followPrinting(go: Go): () => void {
  let made: HTMLElement | undefined;
  const begin = () => {
    made?.remove();
    made = sheet(go.snapshot());
    document.body.prepend(made);
  };
  const end = () => made?.remove();
  window.addEventListener("beforeprint", begin);
  window.addEventListener("afterprint", end);
  return () => {
    end();
    window.removeEventListener("beforeprint", begin);
    window.removeEventListener("afterprint", end);
  };
}
