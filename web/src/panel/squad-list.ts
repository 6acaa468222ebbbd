/** All squads by what they can do now, beside the map: who is free, busy, silent; a click selects one and goes there. */
import { selectSquad } from "../actions";
import { fill, h, paced } from "../base/dom";
import type { Squad } from "../base/types";
import { lookOf } from "../map/features";
import type { SquadLook } from "../map/images";
import { nameOfCode, type State, store } from "../state";
import { listed, nameOf, number, t, word } from "../text";
import type { Go, Scope } from "./scope";
import { squadStateText } from "./squad-state";

/** In the order in which they are listed; a look that is missing here does not compile. */
const EVERY_LOOK: Record<SquadLook, true> = {
  available: true,
  busy: true,
  out_of_contact: true,
  off_shift: true,
  out_of_service: true,
};
const LOOKS = Object.keys(EVERY_LOOK) as SquadLook[];
/** More are not read: the finder finds one by its name. */
const SHOWN = 200;
/** Squads that move change nothing that is read here so fast. */
const PACE_MS = 1000;

/** Which of them are listed, by how they look; all where it is empty. It outlives the drawn list. */
const chosen = new Set<SquadLook>();
let isOpen = false;

function line(squad: Squad, selected: boolean, go: Go): HTMLElement {
  const at = squad.position ?? squad.waits_at;
  return h(
    "li",
    {},
    h(
      "button.item",
      {
        type: "button",
        "data-key": `squad-${squad.id}`,
        "data-squad": squad.id,
        "aria-current": selected && "true",
        onclick: () => {
          selectSquad(squad.id);
          go.toPoint(at);
        },
      },
      h("span", {}, nameOf(squad)),
      h("b", {}, word("status", lookOf(squad))),
      h(
        "small",
        {},
        listed([
          word("kind", squad.kind),
          nameOfCode(squad.command_area) ?? squad.command_area,
          squadStateText(squad),
        ]),
      ),
    ),
  );
}

export function squadList(scope: Scope, go: Go): HTMLElement {
  const count = h("span.count");
  const filter = h("div.choose", { role: "group", "aria-label": t("squads_filter") });
  const list = h("ul.items", { "aria-label": t("squads_by_status") });
  const rest = h("p.hint");
  const details = h(
    "details",
    {
      id: "squad-list",
      open: isOpen,
      ontoggle: () => {
        isOpen = details.open;
        draw();
      },
    },
    h("summary", {}, t("squads_by_status"), " ", count),
    filter,
    list,
    rest,
  );
  const draw = () => {
    const { squads, selection } = store.state as State;
    const looks = squads.map((squad) => ({ squad, look: lookOf(squad) }));
    const of = (look: SquadLook) => looks.filter((one) => one.look === look);
    count.textContent = `${number(of("available").length)}/${number(squads.length)}`;
    if (!details.open) return;
    const wanted = LOOKS.filter((look) => chosen.size === 0 || chosen.has(look)).flatMap(of);
    const focused = document.activeElement?.getAttribute("data-key");
    fill(
      filter,
      LOOKS.map((look) =>
        h(
          "button",
          {
            type: "button",
            "data-key": `squads-${look}`,
            "data-look": look,
            "aria-pressed": String(chosen.has(look)),
            onclick: () => {
              if (!chosen.delete(look)) chosen.add(look);
              draw();
            },
          },
          `${word("status", look)} ${number(of(look).length)}`,
        ),
      ),
    );
    const isSelected = ({ id }: Squad) => selection?.kind === "squad" && selection.id === id;
    fill(
      list,
      wanted.slice(0, SHOWN).map(({ squad }) => line(squad, isSelected(squad), go)),
    );
    rest.textContent = wanted.length > SHOWN ? t("squads_rest", { n: wanted.length - SHOWN }) : "";
    // What is drawn anew under the reader's keyboard keeps it.
    if (focused) details.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus();
  };
  scope.draw(["squads"], paced(draw, PACE_MS));
  scope.draw(["selection", "names"], draw);
  return details;
}
