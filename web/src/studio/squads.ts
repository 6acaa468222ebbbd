/** The chosen zone's name and squads: who serves it, and where each waits while the plan holds. */
import { h } from "../base/dom";
import type { PlanZone, Squad } from "../base/types";
import type { Go, Scope } from "../panel/scope";
import { may, type State, store } from "../state";
import { aside, nameOf, t } from "../text";
import { edit } from "./edits";
import { part } from "./part";
import { isDraft } from "./plans";

/** The chosen zone as the plan has it. */
export function chosenOf({ studio }: Pick<State, "studio">): PlanZone | null {
  return studio.cut?.zones.find(({ code }) => code === studio.zone) ?? null;
}

const squadName = (id: string): string => {
  const squad = store.state.squads.find((one) => one.id === id);
  return squad ? nameOf(squad) : id;
};

function button(key: string, text: string, label: string, act: () => void): HTMLElement {
  return h("button", { type: "button", "data-key": key, "aria-label": label, onclick: act }, text);
}

function squadLine(zone: PlanZone, id: string, own: boolean, layer: string, go: Go): HTMLElement {
  const of = { layer, zone: zone.code, squad: id };
  const press = (key: string, text: string, act: () => void) =>
    button(`${key} ${id}`, text, aside(text, squadName(id)), act);
  const here = () => {
    const centre = go.centre();
    if (centre) void edit({ do: "move_post", ...of, post: { lng: centre.lng, lat: centre.lat } });
  };
  return h(
    "li",
    { "data-squad": id },
    h("span", {}, squadName(id), !own && h("span.badge", {}, t("studio_post_moved"))),
    h(
      "span.row",
      {},
      press("post", t("studio_post_here"), here),
      !own &&
        press("own", t("studio_post_own"), () => void edit({ do: "move_post", ...of, post: null })),
      press("take", t("studio_take_squad"), () => void edit({ do: "withdraw_squad", ...of })),
    ),
  );
}

function giving(zone: PlanZone, layer: string, squads: Squad[]): HTMLElement {
  const select = h(
    "select",
    { id: "studio-give", "data-key": "studio-give" },
    squads
      .filter(({ id }) => !zone.squads?.some((one) => one.id === id))
      .map((one) => h("option", { value: one.id }, nameOf(one))),
  );
  const give = () => {
    const squad = select.value;
    if (squad) void edit({ do: "give_squad", layer, zone: zone.code, squad });
  };
  return h(
    "p.row",
    {},
    h("label.unseen", { for: select.id }, t("studio_give_which")),
    select,
    h("button", { type: "button", id: "studio-give-go", onclick: give }, t("studio_give")),
  );
}

function naming(zone: PlanZone, layer: string): HTMLElement {
  const field = (id: string, label: string, value: string) => {
    const input = h("input", { id, type: "text", maxlength: 200, autocomplete: "off", value });
    return { label: h("label", { for: id }, label), input };
  };
  const name = field("studio-zone-name", t("studio_zone_name"), zone.name);
  const zh = field("studio-zone-name-zh", t("studio_zone_name_zh"), zone.name_zh ?? "");
  return h(
    "form",
    {
      id: "studio-rename",
      onsubmit: (event: Event) => {
        event.preventDefault();
        const said = name.input.value.trim();
        if (!said) return name.input.focus();
        const name_zh = zh.input.value.trim();
        const names = { name: said, ...(name_zh ? { name_zh } : {}) };
        void edit({ do: "rename_zone", layer, zone: zone.code, ...names });
      },
    },
    [name, zh].map(({ label, input }) => [label, input]),
    h("div.steps", {}, h("button", { type: "submit" }, t("studio_rename"))),
  );
}

export function squadsSection(scope: Scope, go: Go): HTMLElement {
  return part(
    scope,
    (state) => [state.studio.cut, state.studio.zone, state.session, isDraft(state), state.roster],
    (state) => {
      const zone = chosenOf(state);
      if (!zone || !may("plan", state) || !isDraft(state)) return null;
      const { layer } = state.studio;
      return h(
        "details",
        { id: "studio-squads", open: unfolded, ontoggle: remember },
        h("summary", { "data-key": "studio-squads" }, t("studio_squads")),
        zone.squads?.length
          ? h(
              "ul.deeds",
              {},
              zone.squads.map(({ id, post }) => squadLine(zone, id, !post, layer, go)),
            )
          : h("p.hint", {}, t("studio_no_squads")),
        h("p.hint", {}, t("studio_drag_hint")),
        giving(zone, layer, state.squads),
        naming(zone, layer),
      );
    },
  );
}

/** Stays as the planner left it, whatever is drawn anew. */
let unfolded = false;
const remember = (event: Event) => {
  unfolded = (event.currentTarget as HTMLDetailsElement).open;
};
