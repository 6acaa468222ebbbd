/** Cases in which nothing happens: what events say of them, the mark in the queue, why and what to do on the card. */
import { incidentTold } from "../actions";
import { h } from "../base/dom";
import type { Incident, TurnedIncident } from "../base/types";
import { store, timeZone } from "../state";
import { moment, t } from "../text";
import { loadCases } from "./queue";

/** Events of a case say nothing of it: what is known holds until something was heard of the case. */
export function stillStuck(told: Incident): Incident {
  const { cases, incident } = store.state;
  const known = [incident, ...(cases?.list ?? [])].find((one) => one?.id === told.id)?.stuck;
  if (!known) return told;
  const heard = Date.parse(told.touched_at ?? told.created_at) > Date.parse(known.heard_at);
  return heard ? told : { ...told, stuck: known };
}

const turnedTo = (incident: Incident, one: TurnedIncident | undefined): Incident => {
  if (!one) return incident;
  const { stuck: _, ...rest } = incident;
  return one.stuck ? { ...rest, stuck: one.stuck } : rest;
};

/** The clock turned some; which of them the queue shows, only the service knows where it shows stuck ones alone. */
export function stuckTold(turned: TurnedIncident[]): void {
  const byId = new Map(turned.map((one) => [one.id, one]));
  const { cases, caseFilter } = store.state;
  if (caseFilter.stuck) loadCases.follow();
  else if (cases) {
    const list = cases.list.map((one) => turnedTo(one, byId.get(one.id)));
    store.set({ cases: { ...cases, list } });
  }
  for (const { id } of turned) incidentTold(id);
}

export function stuckBadge({ stuck }: Pick<Incident, "stuck">): HTMLElement | undefined {
  return stuck && h("span.badge.stuck", {}, t(`stuck_${stuck.reason}`));
}

export function stuckSection({ stuck }: Incident): HTMLElement | undefined {
  return (
    stuck &&
    h(
      "p.warning",
      { id: "case-stuck", "data-reason": stuck.reason },
      h("b", {}, t("stuck_title", { at: moment(stuck.heard_at, timeZone()) })),
      " ",
      stuckBadge({ stuck }),
      h("br"),
      t("stuck_do", { what: t(`stuck_next_${stuck.next}`) }),
    )
  );
}
