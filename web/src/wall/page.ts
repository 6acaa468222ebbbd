/**
 * The wall of a hall: large, dark, and read from afar. What is open and overdue, how arrivals stand against
 * last week, what is reached now, and the map that goes from case to case.
 */
import "./wall.css";
import { followControls, loadCoverage } from "../actions";
import { api, now } from "../base/api";
import { fill, gather, h } from "../base/dom";
import { secondsText } from "../base/time";
import type { BBox, Incident } from "../base/types";
import { followEvents, loadMap } from "../follow";
import type { HashView } from "../hash";
import { timeLeft } from "../incidents/clock";
import { matterName, placeWords } from "../incidents/facts";
import { lookOf } from "../map/features";
import { noMap } from "../map/none";
import type { MapView } from "../map/view";
import { colours } from "../panel/legend";
import { followPresent } from "../present";
import { nameOfCode, type State, store, timeZone } from "../state";
import { clauses, listed, minutes, moment, nameOf, number, percent, t, word } from "../text";
import { type Figures, figures, type Response } from "./figures";
import { startTour, type Tour } from "./tour";
import { lastDays, trend } from "./trend";

const CLOCK_MS = 1_000;
const AGAIN_MS = 30_000;
const TREND_MS = 600_000;
/** Sixteen questions: not for each of many changes. */
const TREND_REST_MS = 5_000;
/** Several events often come together; one question serves them. */
const REST_MS = 1_500;
const TOWNSHIPS = 5;
const TICKER = 6;
const CASE_ZOOM = 13;

const share = ({ due, on_time }: Response) => (due > 0 ? percent(on_time / due) : "–");
const ofAll = ({ due, on_time }: Response) =>
  t("wall_of", { n: number(on_time), total: number(due) });

interface Parts {
  tiles: HTMLElement;
  townships: HTMLElement;
  trend: HTMLElement;
  legend: HTMLElement;
  ticker: HTMLElement;
  clock: HTMLElement;
  live: HTMLElement;
  caption: HTMLElement;
  tour: HTMLButtonElement;
  map: HTMLElement;
}

function tile(id: string, value: string, label: string, more: string, look = ""): HTMLElement {
  return h(
    "div.tile",
    { id: `wall-${id}`, "data-look": look },
    h("strong", {}, value),
    h("span", {}, label),
    h("small", {}, more),
  );
}

function squadsTile({ squads }: State): HTMLElement {
  const looks = squads.map(lookOf);
  const count = (look: string) => number(looks.filter((one) => one === look).length);
  const more = {
    busy: count("busy"),
    lost: count("out_of_contact"),
    out: count("out_of_service"),
    off: count("off_shift"),
  };
  return tile("squads", count("available"), t("wall_squads"), t("wall_squads_more", more));
}

function coverageTile({ summary, minutes: promise }: State, posts: number | null): HTMLElement {
  const reached = summary?.shares.accessible.area_m2.share ?? null;
  const look = reached !== null && posts !== null && reached < posts - 0.05 ? "late" : "";
  const more = t("wall_promise", { share: percent(posts) });
  return tile("coverage", percent(reached), t("wall_coverage", { n: promise }), more, look);
}

function responseTile({ response, before }: Figures): HTMLElement {
  const today = [response.due > 0 ? ofAll(response) : t("wall_none_due")];
  if (response.p50_s !== null) today.push(t("wall_median", { minutes: minutes(response.p50_s) }));
  const then =
    before.due > 0
      ? t("wall_before", { share: share(before), of: ofAll(before) })
      : t("wall_before_none");
  return tile("response", share(response), t("wall_response"), clauses([listed(today), then]));
}

function townshipTable({ townships }: Figures, state: State): HTMLElement {
  const covered = new Map(
    state.townships?.townships.map((one) => [one.code, one.shares.accessible.area_m2.share]),
  );
  const column = (text: string) => h("th", { scope: "col" }, text);
  return h(
    "table",
    {},
    h("caption", {}, t("wall_townships")),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("td"),
        column(t("wall_township_open")),
        column(t("wall_overdue")),
        column(t("wall_township_week")),
        column(t("wall_township_covered")),
      ),
    ),
    h(
      "tbody",
      {},
      townships
        .slice(0, TOWNSHIPS)
        .map((one) =>
          h(
            "tr",
            { "data-code": one.code },
            h("th", { scope: "row" }, nameOfCode(one.code)),
            h("td", {}, number(one.open)),
            h("td", { "data-look": one.overdue > 0 && "late" }, number(one.overdue)),
            h("td", {}, share(one.week)),
            h("td", {}, percent(covered.get(one.code))),
          ),
        ),
    ),
  );
}

function told(incident: Incident): HTMLElement {
  return h(
    "li",
    { "data-id": incident.id },
    h("time", {}, secondsText(new Date(incident.reported_at), timeZone()).slice(0, 5)),
    h("b", {}, word("state", incident.status)),
    ` ${matterName(incident.matter)} · ${placeWords(incident)}`,
  );
}

function captionOf(incident: Incident | null): (Node | string)[] {
  if (!incident) return [t("wall_county")];
  const left = timeLeft(incident);
  const what = `${matterName(incident.matter)} · ${placeWords(incident)}`;
  return left ? [h("b", { "data-look": left.overdue && "late" }, left.text), ` ${what}`] : [what];
}

function frame(): Parts {
  const parts = {
    tiles: h("div.tiles"),
    townships: h("div.townships"),
    trend: h("div"),
    legend: h("div.wall-legend"),
    ticker: h("ol.ticker", { "aria-label": t("wall_ticker") }),
    clock: h("time.wall-clock"),
    live: h("span.live", { role: "status" }),
    caption: h("p.wall-caption", { id: "wall-caption" }),
    tour: h("button", { type: "button", id: "wall-tour" }),
    map: h("div.map", { id: "map", role: "region", "aria-label": t("map_label") }),
  };
  return parts;
}

function put(
  root: HTMLElement,
  { tiles, townships, trend, legend, ticker, clock, live, caption, tour, map }: Parts,
): void {
  const county = store.state.status?.county;
  root.replaceChildren(
    h(
      "header.wall-bar",
      {},
      h("h1", {}, county ? nameOf(county) : "Xunge 巡格"),
      store.state.status?.demo &&
        h("span.badge.synthetic", { title: t("demo_hint") }, t("demo_badge")),
      live,
      tour,
      h("a", { href: "#", id: "wall-leave" }, t("wall_leave")),
      clock,
    ),
    h(
      "main.wall",
      {},
      h(
        "div.stage",
        {},
        map,
        caption,
        legend,
        h("p.attribution", {}, clauses(store.state.status?.attribution ?? []) || t("made_up_map")),
      ),
      h(
        "div.wall-side",
        // On a small screen it is scrolled, by keys too.
        { tabindex: 0, role: "region", "aria-label": t("wall") },
        tiles,
        townships,
        trend,
      ),
    ),
    h("footer.wall-foot", {}, ticker),
  );
}

/** What the posts promise, beside what is reached now; null until it is known. */
async function promise(): Promise<number | null> {
  try {
    const query = { minutes: store.state.minutes, basis: "posts" as const };
    const summary = await api.coverageSummary(query, "minutes");
    return summary.shares.accessible.area_m2.share ?? null;
  } catch {
    return null;
  }
}

export async function mount(root: HTMLElement, { camera }: HashView): Promise<void> {
  document.documentElement.dataset.face = "wall";
  const { layers, status } = store.state;
  store.set({ basis: "live", wall: null });
  const parts = frame();
  put(root, parts);
  let posts: number | null = null;
  let shown: Figures | null = null;
  let tour: Tour | null = null;

  const draw = (state: State) => {
    fill(
      parts.tiles,
      shown && tile("open", number(shown.open), t("wall_open"), ""),
      shown &&
        tile(
          "overdue",
          number(shown.overdue),
          t("wall_overdue"),
          "",
          shown.overdue > 0 ? "late" : "",
        ),
      shown && tile("today", number(shown.today), t("wall_today"), ""),
      shown && responseTile(shown),
      coverageTile(state, posts),
      squadsTile(state),
    );
    if (shown) fill(parts.townships, townshipTable(shown, state));
  };
  const ask = figures((next) => {
    shown = next;
    tour?.follow(next.cases);
    draw(store.state as State);
    document.documentElement.dataset.ready = "true";
  });
  const latest = async () => {
    const { incidents } = await api.incidents({ order: "newest", limit: TICKER });
    fill(parts.ticker, incidents.map(told));
  };
  const again = gather(() => {
    ask();
    void latest().catch(() => {});
    void promise().then((next) => {
      posts = next;
      draw(store.state as State);
    });
  }, REST_MS);

  const tick = () => {
    const at = now();
    parts.clock.textContent = secondsText(at, timeZone());
  };
  // Today is told by the tiles; a day that is over changes when a case is reported late, or closed.
  const days = async () => {
    try {
      fill(parts.trend, trend(await lastDays()));
    } catch {
      // The tiles say what is known; the trend is asked for again.
    }
  };
  void days();
  window.setInterval(() => void days(), TREND_MS);
  fill(parts.legend, h("span", {}, t("wall_legend")), colours(store.state.minutes));

  tick();
  window.setInterval(tick, CLOCK_MS);
  window.setInterval(again, AGAIN_MS);
  store.watch(["squads", "summary", "townships", "matters", "names"], draw);
  // Whatever an event changed of cases and who was sent is in these.
  store.watch(["cases", "sent", "matters", "names"], again);
  store.watch(
    ["cases"],
    gather(() => void days(), TREND_REST_MS),
  );
  const showLive = ({ live, lostAt, status }: State) => {
    const silent = lostAt ? null : status?.positions_silent_since;
    parts.live.dataset.state = silent ? "lost" : live;
    document.documentElement.toggleAttribute("data-offline", lostAt !== null);
    const since = lostAt
      ? t("shown_from", { time: secondsText(lostAt, timeZone()) })
      : silent && t("feed_silent", { moment: moment(silent, timeZone()) });
    fill(parts.live, h("i"), h("span", {}, since || t(`live_${live}`)));
  };
  showLive(store.state as State);
  store.watch(["live", "lostAt", "status"], showLive);

  followControls();
  void loadCoverage();
  again();
  const county = (status?.county?.bbox as BBox | undefined) ?? null;
  let view: MapView;
  try {
    const { createMapView } = await import("../map/view");
    view = await createMapView(parts.map, camera, county);
  } catch {
    // Without WebGL the figures are still there, and follow.
    const followed = noMap(parts.map);
    followEvents(followed);
    followPresent();
    return loadMap(followed);
  }
  // What is read from afar only.
  store.set({ layers: { ...layers, grids: false, zones: false } });
  followEvents(view);
  followPresent();
  const { map } = view;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const go = (incident: Incident | null) => {
    fill(parts.caption, captionOf(incident));
    const animate = !still;
    if (incident) map.flyTo({ center: [incident.lng, incident.lat], zoom: CASE_ZOOM, animate });
    else if (county) map.fitBounds(county, { padding: 28, animate });
    const geometry = {
      type: "Point" as const,
      coordinates: incident ? [incident.lng, incident.lat] : [],
    };
    const features = incident ? [{ type: "Feature" as const, geometry, properties: {} }] : [];
    (map.getSource("target") as { setData?(data: unknown): void } | undefined)?.setData?.({
      type: "FeatureCollection",
      features,
    });
  };
  const running = startTour(go, !still && !camera);
  tour = running;
  if (shown) running.follow((shown as Figures).cases);
  const label = () => {
    parts.tour.textContent = t(running.running() ? "wall_tour_stop" : "wall_tour_start");
  };
  parts.tour.addEventListener("click", () => {
    running.toggle();
    label();
  });
  label();
  fill(parts.caption, camera ? null : captionOf(null));
  await loadMap(view);
}
