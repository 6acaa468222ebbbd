/** Sending from the answer who comes first: a button a squad, and what to do when it was not free. */
import { h } from "../base/dom";
import { secondsText } from "../base/time";
import type { Incident } from "../base/types";
import { may, type State, store, timeZone } from "../state";
import { minutes, nameOf, t, word } from "../text";
import { because, send, sendKey, withReason } from "./doing";
import { matterName, placeWords, squadName } from "./facts";

/** The open case that squads can be sent to at present. */
function caseToSendTo(state: State): Incident | null {
  const { selection, incident, wall } = state;
  const open = selection?.kind === "incident" && incident?.id === selection.id && incident.open;
  return open && !wall && may("dispatch", state) ? incident : null;
}

export function sendButton(squad: string, name: string, state: State): HTMLElement | null {
  const incident = caseToSendTo(state);
  if (!incident) return null;
  const busy = state.doing.has(sendKey(incident.id, squad));
  return h(
    "button.primary.send",
    {
      type: "button",
      "data-key": `send-${squad}`,
      "data-send": squad,
      "aria-label": `${t("send_squad")} ${name}`,
      "aria-disabled": busy && "true",
      onclick: () => void send(incident, squad),
    },
    busy ? t("sending") : t("send_squad"),
  );
}

/** For a squad that is sent to another case: takes it off that, for a reason. */
export function divertButton(squad: string, name: string, state: State): HTMLElement | null {
  const incident = caseToSendTo(state);
  const elsewhere = [...state.sent.values()].find((one) => one.squad === squad);
  if (!incident || !elsewhere || elsewhere.incident === incident.id) return null;
  const key = `divert-${squad}`;
  return h(
    "button",
    {
      type: "button",
      "data-key": key,
      "data-divert": squad,
      "aria-label": t("divert_title", { squad: name }),
      onclick: () =>
        withReason(true, key, t("divert_title", { squad: name }), (reason) =>
          send(incident, squad, { divert: true, ...because(reason) }),
        ),
    },
    t("divert"),
  );
}

/** For a case that somebody is sent to already: takes it over, and who was sent is free again, both or neither. */
export function relieveButton(squad: string, name: string, state: State): HTMLElement | null {
  const incident = caseToSendTo(state);
  const here = [...state.sent.values()].filter((one) => one.incident === incident?.id);
  const former = here.find(({ status }) => status !== "queued");
  if (!incident || !former || former.squad === squad) return null;
  const key = `relieve-${squad}`;
  const title = t("relieve_title", { squad: name, former: squadName(former.squad) });
  return h(
    "button.wide",
    {
      type: "button",
      "data-key": key,
      "data-relieve": squad,
      "aria-label": title,
      onclick: () =>
        withReason(true, key, title, (reason) =>
          send(incident, squad, { relieves: former.id, ...because(reason) }),
        ),
    },
    t("relieve", { former: squadName(former.squad) }),
  );
}

/** Who took the squad, and the next best with one click. */
export function refusalNote(state: State): HTMLElement | null {
  const { refusal } = state;
  const incident = caseToSendTo(state);
  if (!refusal || !incident) return null;
  const { squad, taken, why, nextBest } = refusal;
  const name = squadName(squad);
  return h(
    "section.problem",
    { id: "squad-taken", role: "alert" },
    h(
      "p",
      {},
      taken
        ? t("squad_taken_by", {
            squad: name,
            matter: matterName(taken.incident.matter),
            place: placeWords(taken.incident),
            time: secondsText(new Date(taken.assignment.assigned_at), timeZone()),
            actor: word("actor", taken.assignment.assigned_by),
          })
        : t("squad_taken", { squad: name }),
      !taken && h("small", {}, ` ${why}`),
    ),
    h(
      "div.steps",
      {},
      nextBest &&
        h(
          "button.primary",
          {
            type: "button",
            "data-key": "next-best",
            "data-next-best": nextBest.squad.id,
            onclick: () => void send(incident, nextBest.squad.id),
          },
          t("send_next_best", { squad: nameOf(nextBest.squad), minutes: minutes(nextBest.eta_s) }),
        ),
      taken && divertButton(squad, name, store.state as State),
    ),
  );
}
