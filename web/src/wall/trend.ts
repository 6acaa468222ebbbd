/** The last days beside today: what was reported, and how much of what was due was in time. */
import { api, now } from "../base/api";
import { h } from "../base/dom";
import { instantOf, wallOf } from "../base/time";
import { timeZone } from "../state";
import { listed, number, percent, t, weekday } from "../text";
import { type Response, whole } from "./figures";

const DAYS = 8;
const DAY_MS = 86_400_000;

interface Day {
  date: string;
  /** Its midnight. */
  from: string;
  reported: number;
  response: Response;
}

/** By days of the county, today last. */
export async function lastDays(): Promise<Day[]> {
  const present = now();
  const zone = timeZone();
  const noon = instantOf({ date: wallOf(present, zone).date, minute: 12 * 60 }, zone);
  // From noon to noon no day is skipped where clocks change.
  const dates = Array.from(
    { length: DAYS },
    (_, i) => wallOf(new Date(noon.getTime() - (DAYS - 1 - i) * DAY_MS), zone).date,
  );
  const starts = dates.map((date) => instantOf({ date, minute: 0 }, zone));
  const end = (i: number) => starts[i + 1] ?? present;
  const [since, arrivals] = await Promise.all([
    Promise.all(
      starts.map((from) => api.incidents({ order: "newest", from: from.toISOString(), limit: 1 })),
    ),
    Promise.all(starts.map((from, i) => api.arrivalKpis(from, end(i), "county"))),
  ]);
  return dates.map((date, i) => ({
    date,
    from: (starts[i] as Date).toISOString(),
    reported: (since[i]?.number_matched ?? 0) - (since[i + 1]?.number_matched ?? 0),
    response: whole(arrivals[i] as (typeof arrivals)[number]),
  }));
}

export function trend(days: Day[]): HTMLElement {
  const most = Math.max(...days.map(({ reported }) => reported), 1);
  return h(
    "figure.trend",
    { id: "wall-trend" },
    h("figcaption", {}, t("wall_trend")),
    h(
      "ol",
      {},
      days.map(({ date, from, reported, response: { due, on_time } }) => {
        const share = due > 0 ? percent(on_time / due) : "–";
        return h(
          "li",
          { "data-from": from, "data-reported": reported },
          h(
            "span.unseen",
            {},
            listed([weekday(date), t("wall_trend_day", { n: number(reported), share })]),
          ),
          h(
            "span.column",
            { "aria-hidden": "true" },
            h("i", { style: { height: `${(reported / most) * 100}%` } }),
          ),
          h("b", { "aria-hidden": "true" }, number(reported)),
          h("small", { "aria-hidden": "true" }, `${weekday(date)} · ${share}`),
        );
      }),
    ),
  );
}
