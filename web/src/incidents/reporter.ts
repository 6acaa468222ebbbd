/** Who reported: personal data, asked for by those who may know, when they want to. */
import { failed } from "../actions";
import { api, Problem } from "../base/api";
import { fill, h } from "../base/dom";
import { fact } from "../panel/place";
import { t } from "../text";

export function reporterOf(kind: "incidents" | "calls", id: string): HTMLElement {
  const told = h("div", { id: "reporter" });
  const ask = async () => {
    try {
      const { name, phone } = await api.reporter(kind, id);
      fill(
        told,
        h(
          "dl.facts",
          {},
          name && fact(t("reporter_name"), name),
          phone && fact(t("reporter_phone"), h("a", { href: `tel:${phone}` }, phone)),
        ),
      );
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) return failed("failed_cases", error);
      fill(told, h("p.hint", {}, t("reporter_none")));
    }
  };
  const details = h(
    "details.reporter",
    { ontoggle: () => details.open && void ask() },
    h("summary", {}, t("reporter_show")),
    told,
  );
  return details;
}
