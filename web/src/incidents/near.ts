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

interface Found {
  n: number;
  title: string;
  lines: HTMLElement[];
}

const noted = (id: string) => h("div.near-open", { id, role: "status" });

/** Filled once the service has answered; nothing where nothing was found. */
async function tell(note: HTMLElement, found: () => Promise<Found>): Promise<void> {
  try {
    const { n, title, lines } = await found();
    if (n === 0) return;
    const all = h("ul.items", {}, lines);
    fill(note, h("div.warning", { "data-count": n }, h("b", {}, title), all));
  } catch (error) {
    // The report goes on without it.
    if (!isAbort(error)) fill(note, h("p.hint", {}, t("near_unknown")));
  }
}

/** What is open there, whatever it is about. */
export function openNear({ lng, lat }: LngLat): HTMLElement {
  const note = noted("near-open");
  void tell(note, async () => {
    const near = { order: "newest", open: true, lng, lat, radius_m: NEAR_M } as const;
    const { incidents, number_matched: n } = await api.incidents({ ...near, limit: SHOWN });
    const lines = incidents.map((one) =>
      line("near", one, matterName(one.matter), metresBetween({ lng, lat }, one)),
    );
    return { n, title: t("near_open", { n: number(n), metres: number(NEAR_M) }), lines };
  });
  return note;
}

/** What a report may repeat, ended cases too; asked anew whenever its matter is another. */
export function repeatsNear({ lng, lat }: LngLat, at?: string) {
  const note = noted("repeats");
  let asking = new AbortController();
  const of = async (matter: string) => {
    asking.abort();
    asking = new AbortController();
    fill(note);
    if (!matter) return;
    const query = { lng, lat, matter, ...(at ? { at } : {}) };
    const { signal } = asking;
    await tell(note, async () => {
      const { repeats, more, within_m, within_days } = await api.repeats(query, signal);
      const n = `${number(repeats.length)}${more ? "+" : ""}`;
      const title = t("repeats", { n, metres: number(within_m), days: number(within_days) });
      const lines = repeats
        .slice(0, SHOWN)
        .map((one) =>
          line("repeat", one, one.description ?? matterName(one.matter), one.distance_m),
        );
      return { n: repeats.length, title, lines };
    });
  };
  return { note, of };
}
