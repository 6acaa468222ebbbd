/** The section of "what if": nothing here changes anything that is live. */
import { fill, h } from "../base/dom";
import type { Day, RankAnswer, WhatIfAnswer, WhatIfPatch } from "../base/types";
import type { Go, Scope } from "../panel/scope";
import { type State, store } from "../state";
import { aside, labelled, nameOf, number, percent, t } from "../text";
import { scenariosSection } from "./scenarios-panel";
import { PICKS, type Pick } from "./state";
import { patch, pickAt, setCandidates, setPatches, setWhatIf } from "./whatif";

const DAYS: Day[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const TOWNSHIPS_SHOWN = 8;

const squadName = (id: string): string => {
  const squad = store.state.squads.find((one) => one.id === id);
  return squad ? nameOf(squad) : id;
};

function picks({ whatIf }: State, go: Go): HTMLElement {
  const button = (one: Pick) =>
    h(
      "button",
      {
        type: "button",
        "data-key": `pick-${one}`,
        disabled: one === "move" && !whatIf.squad,
        "aria-pressed": String(whatIf.pick === one),
        onclick: () => setWhatIf({ pick: whatIf.pick === one ? null : one }),
      },
      t(`whatif_${one}`),
    );
  const here = () => {
    const centre = go.centre();
    if (centre) pickAt(centre);
  };
  return h(
    "div",
    {},
    h("div.segments.small", { role: "group", "aria-label": t("whatif_pick") }, PICKS.map(button)),
    whatIf.pick && [
      h("p.hint", {}, t("whatif_pick")),
      h("button", { type: "button", "data-key": "whatif-here", onclick: here }, t("studio_here")),
    ],
  );
}

/** What was typed last. */
const hours = { from: "08:00", to: "20:00" };

function squadChoice({ whatIf, squads }: State): HTMLElement {
  const select = h(
    "select",
    {
      id: "whatif-squad",
      "data-key": "whatif-squad",
      onchange: () => setWhatIf({ squad: select.value || null }),
    },
    h("option", { value: "" }, "–"),
    squads.map((one) =>
      h("option", { value: one.id, selected: one.id === whatIf.squad }, nameOf(one)),
    ),
  );
  const clock = (end: keyof typeof hours) => {
    const input = h("input", {
      id: `whatif-${end}`,
      type: "time",
      value: hours[end],
      required: true,
      onchange: () => {
        hours[end] = input.value;
      },
    });
    return input;
  };
  const [from, to] = [clock("from"), clock("to")];
  const shift = (event: Event) => {
    event.preventDefault();
    const id = whatIf.squad;
    if (!id) return select.focus();
    const window = { days: DAYS, from: from.value, to: to.value };
    patch({ op: "reshift_squad", id, shifts: [window] });
  };
  return h(
    "form",
    { id: "whatif-shift", onsubmit: shift },
    h("p.row", {}, h("label", { for: select.id }, t("studio_give_which")), select),
    h(
      "p.row",
      {},
      h("label", { for: from.id }, t("whatif_on_shift")),
      from,
      h("label.unseen", { for: to.id }, t("whatif_shift_to")),
      to,
      h("button", { type: "submit", disabled: !whatIf.squad }, t("whatif_reshift")),
    ),
  );
}

function patchText(one: WhatIfPatch): string {
  const at = ({ lng, lat }: { lng: number; lat: number }) => `${lat.toFixed(4)}, ${lng.toFixed(4)}`;
  switch (one.op) {
    case "move_squad":
      return labelled(aside(t("whatif_move"), squadName(one.id)), at(one.post));
    case "close_roads":
      return "at" in one.place ? labelled(t("whatif_close"), at(one.place.at)) : t("whatif_close");
    case "reshift_squad": {
      const [window] = one.shifts;
      const hours = window ? `${window.from}–${window.to}` : "–";
      return labelled(aside(t("whatif_on_shift"), squadName(one.id)), hours);
    }
    case "add_squad":
      return labelled(t("whatif_add"), one.squad.name);
    case "remove_squad":
      return labelled(t("whatif_remove"), squadName(one.id));
    case "slow_roads":
      return labelled(t("whatif_slow"), String(one.speed_factor));
  }
}

function patchList(patches: WhatIfPatch[]): HTMLElement | null {
  if (patches.length === 0) return null;
  return h(
    "ul.deeds",
    { id: "whatif-patches" },
    patches.map((one, i) =>
      h(
        "li.row",
        {},
        h("span", {}, patchText(one)),
        h(
          "button.close",
          {
            type: "button",
            "data-key": `unpatch-${i}`,
            "aria-label": labelled(t("whatif_drop"), patchText(one)),
            onclick: () => setPatches(patches.filter((_, j) => j !== i)),
          },
          "×",
        ),
      ),
    ),
  );
}

function answered({ before, after, townships, flips, minutes }: WhatIfAnswer): HTMLElement {
  const share = (side: typeof before) => side.shares.accessible.area_m2.share;
  const changed = townships
    .map((one) => ({
      name: nameOf(one),
      was: one.before.shares.accessible.area_m2.share,
      is: one.after.shares.accessible.area_m2.share,
    }))
    .filter(({ was, is }) => was !== is)
    .sort((a, b) => Math.abs((b.is ?? 0) - (b.was ?? 0)) - Math.abs((a.is ?? 0) - (a.was ?? 0)));
  return h(
    "div",
    { id: "whatif-answer", "aria-live": "polite" },
    h(
      "p",
      {},
      t("whatif_share", { minutes }),
      " ",
      h("b", { "data-figure": "before" }, percent(share(before))),
      " → ",
      h("b", { "data-figure": "after" }, percent(share(after))),
    ),
    h("p.hint", {}, t("whatif_flips", { n: number(flips.count) })),
    changed.length > 0 &&
      h(
        "ul.flows",
        {},
        changed
          .slice(0, TOWNSHIPS_SHOWN)
          .map(({ name, was, is }) =>
            h("li", {}, labelled(name, `${percent(was)} → ${percent(is)}`)),
          ),
      ),
  );
}

function ranking({ candidates: all, share }: RankAnswer, go: Go): HTMLElement {
  const column = (text: string) => h("th", { scope: "col" }, text);
  return h(
    "table.changes",
    { id: "whatif-ranked" },
    h("caption", {}, t("whatif_ranked", { share: percent(share) })),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        column(t("whatif_rank")),
        column(t("whatif_gain")),
        column(t("whatif_share_after")),
      ),
    ),
    h(
      "tbody",
      {},
      all.map((one) =>
        h(
          "tr",
          { "data-rank": one.rank },
          h(
            "th",
            { scope: "row" },
            h(
              "button",
              {
                type: "button",
                "data-key": `rank-${one.rank}`,
                onclick: () => go.toPoint({ lng: one.lng, lat: one.lat }),
              },
              String(one.rank),
            ),
            one.no_road && h("span.badge", {}, t("whatif_no_road")),
          ),
          h("td", {}, number(one.gain)),
          h("td", {}, percent(one.share_after)),
        ),
      ),
    ),
  );
}

export function whatIfSection(scope: Scope, go: Go): HTMLElement {
  const [inputs, results] = [h("div"), h("div")];
  let opened = false;
  let last: unknown[] = [];
  const draw = (state: State) => {
    const { pick, squad, patches, candidates, answer, ranked } = state.whatIf;
    const now = [pick, squad, state.roster];
    if (now.some((one, i) => one !== last[i]) || last.length === 0) {
      last = now;
      fill(inputs, squadChoice(state), picks(state, go));
    }
    fill(
      results,
      patchList(patches),
      answer && answered(answer),
      ranked && ranking(ranked, go),
      candidates.length + patches.length > 0 &&
        h(
          "button",
          {
            type: "button",
            id: "whatif-clear",
            "data-key": "whatif-clear",
            onclick: () => {
              setWhatIf({ pick: null, patches: [], answer: null, scenario: null });
              setCandidates([]);
            },
          },
          t("whatif_clear"),
        ),
    );
  };
  scope.draw(["whatIf", "roster"], draw);
  const details = h(
    "details",
    { id: "whatif" },
    h("summary", {}, t("whatif")),
    h("p.hint", {}, t("whatif_hint")),
    scenariosSection(scope),
    inputs,
    results,
  );
  // Somebody came by a link.
  scope.draw(["whatIf"], ({ whatIf }) => {
    if (whatIf.scenario && !opened) details.open = true;
    opened = whatIf.scenario !== null;
  });
  return details;
}
