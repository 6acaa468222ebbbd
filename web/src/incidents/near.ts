/** What is open close to a place: who reports there may mean the same. */
import { selectIncident } from "../actions";
import { api, isAbort } from "../base/api";
import { fill, h } from "../base/dom";
import type { Incident, LngLat } from "../base/types";
import { metresBetween } from "../map/geometry";
import { metres, number, t, word } from "../text";
import { caseAge } from "./clock";
import { matterName } from "./facts";

const NEAR_M = 100;
const SHOWN = 4;

function line(incident: Incident, from: LngLat): HTMLElement {
  return h(
    "li",
    {},
    h(
      "button.item",
      {
        type: "button",
        "data-key": `near-${incident.id}`,
        "data-near": incident.id,
        onclick: () => selectIncident(incident.id),
      },
      h("span", {}, matterName(incident.matter)),
      h("b", {}, metres(Math.round(metresBetween(from, incident)))),
      h("small", {}, `${word("state", incident.status)} · ${caseAge(incident)}`),
    ),
  );
}

/** Filled once the service has answered; nothing where nothing is open. */
export function openNear(point: LngLat): HTMLElement {
  const note = h("div.near-open", { id: "near-open", role: "status" });
  const show = async () => {
    const { lng, lat } = point;
    const query = {
      order: "newest",
      open: true,
      lng,
      lat,
      radius_m: NEAR_M,
      limit: SHOWN,
    } as const;
    try {
      const { incidents, number_matched: many } = await api.incidents(query);
      if (many === 0) return;
      fill(
        note,
        h(
          "div.warning",
          { "data-count": many },
          h("b", {}, t("near_open", { n: number(many), metres: number(NEAR_M) })),
          h(
            "ul.items",
            {},
            incidents.map((one) => line(one, point)),
          ),
        ),
      );
    } catch (error) {
      // The report goes on without it.
      if (!isAbort(error)) fill(note, h("p.hint", {}, t("near_unknown")));
    }
  };
  void show();
  return note;
}
