/**
 * Advice whom to send to an open case: what its response plan wants and who holds it, who could secure the scene first,
 * which drones could look first, who is together enough, who is soon free, and what sending the first one leaves uncovered.
 */
import { api } from "../base/api";
import { h } from "../base/dom";
import { secondsText } from "../base/time";
import type { Advice, Incident, LeftUncovered, Wanted } from "../base/types";
import { type State, timeZone } from "../state";
import { aside, labelled, listed, minutes, nameOf, number, t, word } from "../text";
import { once, send } from "./doing";
import { squadName } from "./facts";
import { caseInHand, chooseLevel } from "./help";
import { assignmentTold } from "./queue";
import { sendButton } from "./sending";

function wantedText({ squads, officers, units, equipment }: Wanted): string {
  return listed([
    ...(squads > 0 ? [t("advice_squads", { n: squads })] : []),
    ...(officers > 0 ? [t("advice_officers", { n: officers })] : []),
    ...units,
    ...equipment,
  ]);
}

function sendAll(incident: Incident, squads: string[], key: string): HTMLElement {
  return h(
    "button.primary",
    {
      type: "button",
      "data-key": key,
      onclick: async () => {
        for (const squad of squads) await send(incident, squad);
      },
    },
    t("advice_send_all"),
  );
}

function levels({ level, levels: all }: NonNullable<Advice["response"]>): HTMLElement | null {
  if (all < 2) return null;
  return h(
    "label.line",
    {},
    h("small", {}, t("advice_level")),
    h(
      "select",
      {
        id: "alarm-level",
        onchange: (event: Event) => {
          const chosen = event.target as HTMLSelectElement;
          chosen.blur();
          chooseLevel(Number(chosen.value));
        },
      },
      Array.from({ length: all }, (_, n) =>
        h(
          "option",
          { value: String(n + 1), selected: n + 1 === level },
          t("advice_level_of", { n: n + 1, all }),
        ),
      ),
    ),
  );
}

function planPart(advice: Advice, incident: Incident, state: State): HTMLElement | null {
  const { response } = advice;
  if (!response) return null;
  const lacks = wantedText(response.missing);
  return h(
    "div",
    { id: "advice-plan" },
    h("h4", {}, t("advice_plan", { plan: response.plan })),
    levels(response),
    h("p", {}, labelled(t("advice_wants"), wantedText(response.wants))),
    response.sent.length > 0 &&
      h("p", {}, labelled(t("advice_sent"), listed(response.sent.map(squadName)))),
    response.squads.length === 0 && !lacks && h("p", {}, t("advice_enough")),
    h(
      "ul.items",
      {},
      response.squads.map((one) =>
        h(
          "li.row",
          {},
          h("span", {}, nameOf(one.squad)),
          h("small", {}, t("advice_officers", { n: one.officers })),
          h("b", {}, minutes(one.eta_s)),
          sendButton(one.squad.id, nameOf(one.squad), state),
        ),
      ),
    ),
    response.squads.length > 1 &&
      sendAll(
        incident,
        response.squads.map(({ squad }) => squad.id),
        "send-plan",
      ),
    lacks && h("p.warning", {}, t("advice_lacks", { what: lacks })),
  );
}

/** Drones: nobody arrives with them, so they stand apart from who may be sent. */
function lookPart({ first_look: drones }: Advice, state: State): HTMLElement | null {
  if (drones.length === 0) return null;
  return h(
    "div",
    { id: "advice-look" },
    h("h4", {}, t("first_look")),
    h(
      "ul.items",
      {},
      drones.map((one) =>
        h(
          "li.row",
          {},
          h("span", {}, nameOf(one.squad)),
          h("b", {}, minutes(one.eta_s)),
          sendButton(one.squad.id, nameOf(one.squad), state),
        ),
      ),
    ),
    h("small", {}, t("first_look_hint")),
  );
}

function teamPart({ joint_team: team }: Advice, incident: Incident): HTMLElement | null {
  if (!team) return null;
  const squads = listed(team.squads.map(squadName));
  const officers = t("advice_officers", { n: team.certified_officers });
  return h(
    "div",
    { id: "advice-team" },
    h("p", {}, t("advice_team", { squads, officers, eta: minutes(team.eta_s) })),
    sendAll(incident, team.squads, "send-team"),
  );
}

function queue(incident: string, squad: string): Promise<void> {
  return once(`queue ${incident} ${squad}`, async (id) => {
    assignmentTold(await api.send(incident, { id, squad, queue: true }));
  });
}

function soonPart({ soon_free: soon }: Advice, incident: Incident): HTMLElement | null {
  if (soon.length === 0) return null;
  return h(
    "div",
    { id: "advice-soon" },
    h("h4", {}, t("advice_soon")),
    h(
      "ul.items",
      {},
      soon.map((one) =>
        h(
          "li.row",
          {},
          h("span", {}, nameOf(one.squad)),
          h(
            "small",
            {},
            aside(
              t("advice_soon_row", {
                eta: minutes(one.eta_s),
                at: secondsText(new Date(one.ready_at), timeZone()),
              }),
              word("advice_ready", one.ready_from),
            ),
          ),
          h(
            "button",
            {
              type: "button",
              "data-key": `queue-${one.squad.id}`,
              "data-queue": one.squad.id,
              "aria-label": `${t("advice_queue")} ${nameOf(one.squad)}`,
              onclick: () => void queue(incident.id, one.squad.id),
            },
            t("advice_queue"),
          ),
        ),
      ),
    ),
  );
}

function uncoversText(squad: string, { cells, buildings, cases_expected }: LeftUncovered): string {
  if (cells === 0) return t("advice_uncovers_none", { squad });
  const cases = number(cases_expected, 1);
  return t("advice_uncovers", { squad, cells: number(cells), buildings: number(buildings), cases });
}

function uncoversPart({ squads: [first] }: Advice): HTMLElement | null {
  if (!first) return null;
  const { move_up: moved } = first;
  return h(
    "div",
    { id: "advice-uncovers" },
    h("p", {}, uncoversText(nameOf(first.squad), first.uncovers)),
    moved &&
      h(
        "p",
        {},
        t("advice_move_up", {
          squad: nameOf(moved.squad),
          minutes: minutes(moved.there_in_s),
          cells: number(moved.uncovers.cells),
          buildings: number(moved.uncovers.buildings),
        }),
      ),
  );
}

function policyNote({ against_closest: against, policy }: Advice): HTMLElement | null {
  if (!against) return null;
  return h(
    "p",
    {},
    t("advice_policy", {
      policy: word("policy", policy),
      minutes: minutes(against.costs_s),
      squad: nameOf(against.closest),
      n: number(against.saves_cases, 2),
    }),
  );
}

export function adviceSection(state: State): HTMLElement | null {
  const { advice, incident } = state;
  if (!advice || !incident || caseInHand(state) !== advice.incident) return null;
  const { first_response: first } = advice;
  const parts = [
    policyNote(advice),
    planPart(advice, incident, state),
    first &&
      h(
        "p",
        { id: "advice-first" },
        t("advice_first", { squad: nameOf(first.squad), eta: minutes(first.eta_s) }),
      ),
    lookPart(advice, state),
    teamPart(advice, incident),
    soonPart(advice, incident),
    uncoversPart(advice),
  ].filter((part) => part !== null);
  return parts.length > 0 ? h("section", { id: "advice" }, h("h3", {}, t("advice")), parts) : null;
}
