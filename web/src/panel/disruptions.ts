/** Roads closed or slow, now and planned; drawn only when there are any. An admin may lift them. */
import { liftDisruption } from "../actions";
import { fill, h } from "../base/dom";
import type { Disruption } from "../base/types";
import { may, type State, timeZone } from "../state";
import { listed, moment, number, t, word } from "../text";
import type { Go, Scope } from "./scope";

/** Car, e-bike and foot; for fewer it says for whom. */
const EVERYBODY = 3;

function effect({ speed_factor }: Disruption): string {
  return speed_factor === 0 ? t("road_closed") : t("road_speed", { n: number(speed_factor * 100) });
}

/** The street's name where one is known, for whom, from when when planned, until when. */
function details(one: Disruption, { disruptedLinks }: State): string {
  const { id, phase, place, profiles, from, until } = one;
  const links = disruptedLinks?.features.map(({ properties }) => properties) ?? [];
  const street =
    ("street" in place && place.street.name) ||
    links.find(({ disruption, name }) => disruption === id && name)?.name;
  const shown = (time: string) => moment(time, timeZone());
  return [
    street,
    profiles.length < EVERYBODY && listed(profiles.map((profile) => word("profile", profile))),
    phase !== "active" && word("phase", phase),
    phase !== "active" && t("road_from", { moment: shown(from) }),
    until ? t("road_until", { moment: shown(until) }) : t("road_until_lifted"),
  ]
    .filter(Boolean)
    .join(" · ");
}

function liftButton({ id }: Disruption): HTMLElement {
  const button = h(
    "button",
    {
      type: "button",
      "data-key": `lift-${id}`,
      onclick: () => {
        button.disabled = true;
        void liftDisruption(id);
      },
    },
    t("lift"),
  );
  return button;
}

function row(one: Disruption, state: State, go: Go): HTMLElement {
  return h(
    "li.row",
    { "data-id": one.id },
    h(
      "button.item",
      { type: "button", "data-key": `road-${one.id}`, onclick: () => go.toDisruption(one) },
      h("span", {}, one.reason),
      h("b", {}, effect(one)),
      h("small", {}, details(one, state)),
    ),
    may("roads", state) && liftButton(one),
  );
}

/** Those in force come before the planned ones by themselves. */
function byStart(all: Disruption[]): Disruption[] {
  return [...all].sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
}

export function disruptions(scope: Scope, go: Go): HTMLElement {
  const section = h("section.disruptions", { id: "disruptions", hidden: true });
  scope.draw(["disruptions", "disruptedLinks", "session", "status"], (state) => {
    section.hidden = state.disruptions.length === 0;
    fill(
      section,
      h("h3", {}, t("disruptions"), " ", h("span.count", {}, number(state.disruptions.length))),
      h(
        "ul.items",
        {},
        byStart(state.disruptions).map((one) => row(one, state, go)),
      ),
    );
  });
  return section;
}
