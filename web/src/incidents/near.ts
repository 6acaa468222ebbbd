/** What is close to a place, open or of the same matter: who reports there may mean the same. */
import { selectIncident } from "../actions";
import { api, isAbort } from "../base/api";
import { fill, h } from "../base/dom";
import type { Incident, LngLat, Repeat } from "../base/types";
import { metresBetween } from "../map/geometry";
import { metres, number, t, word } from "../text";
import { caseAge } from "./clock";
import { matterName } from "./facts";

const NEAR_M = 100;
const SHOWN = 4;

type Near = Pick<Incident | Repeat, "id" | "status" | "reported_at">;

function line(of: string, one: Near, what: string, distance_m: number): HTMLElement {
  return h(
    "li",
    {},
    h(
      "button.item",
      {
        type: "button",
        "data-key": `${of}-${one.id}`,
        [`data-${of}`]: one.id,
        onclick: () => selectIncident(one.id),
      },
      h("span", {}, what),
      h("b", {}, metres(Math.round(distance_m))),
      h("small", {}, `${word("state", one.status)} · ${caseAge(one)}`),
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
            incidents.map((one) =>
              line("near", one, matterName(one.matter), metresBetween(point, one)),
            ),
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

/** What a report may repeat, ended cases too; asked anew whenever its matter is another. */
export function repeatsNear(point: LngLat, at?: string) {
  const note = h("div.near-open", { id: "repeats", role: "status" });
  let asking = new AbortController();
  const of = async (matter: string) => {
    asking.abort();
    asking = new AbortController();
    fill(note);
    if (!matter) return;
    const { lng, lat } = point;
    const query = { lng, lat, matter, ...(at ? { at } : {}) };
    try {
      const { repeats, more, within_m, within_days } = await api.repeats(query, asking.signal);
      if (repeats.length === 0) return;
      const n = `${number(repeats.length)}${more ? "+" : ""}`;
      const said = { n, metres: number(within_m), days: number(within_days) };
      const lines = repeats
        .slice(0, SHOWN)
        .map((one) =>
          line("repeat", one, one.description ?? matterName(one.matter), one.distance_m),
        );
      fill(
        note,
        h(
          "div.warning",
          { "data-count": repeats.length },
          h("b", {}, t("repeats", said)),
          h("ul.items", {}, lines),
        ),
      );
    } catch (error) {
      // The report goes on without it.
      if (!isAbort(error)) fill(note, h("p.hint", {}, t("near_unknown")));
    }
  };
  return { note, of };
}
