/** What is wrong with the open layer: each place can be looked at, and its proposal taken. */
import { h } from "../base/dom";
import type { BBox, PlanCommand, PlanWarning, ZonePart } from "../base/types";
import type { Go, Scope } from "../panel/scope";
import { may, type State } from "../state";
import { aside, clauses, labelled, listed, metres, number, t } from "../text";
import { edit } from "./edits";
import { part } from "./part";
import { isDraft, setStudio } from "./plans";

/** More of one kind are counted, not listed. */
const PARTS_SHOWN = 20;

interface Line {
  key: string;
  text: string;
  more?: string;
  box?: BBox;
  /** What would put it right. */
  repair?: { text: string; command: PlanCommand };
}

const km2 = (area_m2: number) => t("studio_km2", { n: number(area_m2 / 1e6, 2) });

function partLine(kind: string, zone: string | null, one: ZonePart): Line {
  const { proposal } = one;
  const size = clauses([t("studio_n_atoms", { n: number(one.atoms.length) }), km2(one.area_m2)]);
  const text = zone
    ? t("studio_warn_broken", { zone, size })
    : t("studio_warn_unassigned", { size });
  const key = `${kind} ${one.atoms[0]}`;
  const box = one.bbox as BBox;
  if (!proposal) return { key, text, box };
  const evened = t("studio_proposal", {
    zone: proposal.zone,
    border: metres(proposal.border_m),
    before: number(proposal.imbalance, 2),
    after: number(proposal.imbalance_after, 2),
  });
  const repair = { text: t("studio_take", { zone: proposal.zone }), command: proposal.command };
  return { key, text, more: evened, box, repair };
}

function linesOf(warning: PlanWarning): Line[] {
  const { kind, layer } = warning;
  switch (kind) {
    case "unassigned":
      return warning.parts.map((one) => partLine(kind, null, one));
    case "broken":
      return warning.parts.map((one) => partLine(kind, warning.zone, one));
    case "double":
      return warning.atoms.map(({ atom, zones }) => ({
        key: `${kind} ${atom}`,
        text: t("studio_warn_double", { atom, zones: listed(zones) }),
      }));
    case "empty": {
      const { zone } = warning;
      const repair = {
        text: t("studio_delete", { zone }),
        command: { do: "delete_zone" as const, layer, zone },
      };
      return [{ key: `${kind} ${zone}`, text: t("studio_warn_empty", { zone }), repair }];
    }
    case "no_squad":
      return [{ key: `${kind} ${warning.zone}`, text: t("studio_warn_no_squad", warning) }];
    case "unknown_squad": {
      const { zone, squad } = warning;
      const repair = {
        text: t("studio_withdraw", { squad }),
        command: { do: "withdraw_squad" as const, layer, zone, squad },
      };
      const text = t("studio_warn_unknown_squad", { zone, squad });
      return [{ key: `${kind} ${zone} ${squad}`, text, repair }];
    }
  }
}

function warningLine(
  { key, text, more, box, repair }: Line,
  mayEdit: boolean,
  go: Go,
): HTMLElement {
  const look = () => {
    if (!box) return;
    setStudio({ marked: box });
    go.toBox(box);
  };
  return h(
    "li",
    { "data-warning": key },
    h("span", {}, text, more && h("small", {}, more)),
    h(
      "span.row",
      {},
      box &&
        h(
          "button",
          {
            type: "button",
            "data-key": `look ${key}`,
            "aria-label": labelled(t("studio_look"), text),
            onclick: look,
          },
          t("studio_look"),
        ),
      repair &&
        mayEdit &&
        h(
          "button",
          {
            type: "button",
            "data-key": `take ${key}`,
            "aria-label": labelled(repair.text, text),
            onclick: () => {
              setStudio({ marked: null });
              void edit(repair.command);
            },
          },
          repair.text,
        ),
    ),
  );
}

export function warningsSection(scope: Scope, go: Go): HTMLElement {
  return part(
    scope,
    ({ studio, session }) => [studio.warnings, studio.layer, studio.plans, session],
    (state: State) => {
      const { warnings, layer } = state.studio;
      const lines = warnings.filter((one) => one.layer === layer).flatMap(linesOf);
      if (lines.length === 0) return null;
      const mayEdit = may("plan", state) && isDraft(state);
      const rest = lines.length - PARTS_SHOWN;
      return h(
        "section",
        { id: "studio-warnings" },
        h("h3", {}, aside(t("studio_warnings"), number(lines.length))),
        h(
          "ul.warned",
          {},
          lines.slice(0, PARTS_SHOWN).map((one) => warningLine(one, mayEdit, go)),
        ),
        rest > 0 && h("p.hint", {}, t("studio_more", { n: number(rest) })),
      );
    },
  );
}
