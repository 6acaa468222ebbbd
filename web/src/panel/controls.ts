/** The promise in minutes, the clock and where squads start from. */
import { now } from "../base/api";
import { fill, h, svg } from "../base/dom";
import { clockText, onShift, wallOf } from "../base/time";
import type { Basis, Squad } from "../base/types";
import { store, timeZone } from "../state";
import { labelled, t, word } from "../text";
import type { Scope } from "./scope";

const MIN_MINUTES = 5;
const MAX_MINUTES = 60;
const CLOCK_STEP_MIN = 30;
const LAST_MINUTE = 24 * 60 - CLOCK_STEP_MIN;
const TICK_MS = 20_000;

function currentWall() {
  return store.state.wall ?? wallOf(now(), timeZone());
}

function minutesSlider(scope: Scope): HTMLElement {
  const output = h("output", { for: "minutes" });
  const slider = h("input", {
    id: "minutes",
    type: "range",
    min: MIN_MINUTES,
    max: MAX_MINUTES,
    step: 1,
    oninput: () => store.set({ minutes: Number(slider.value) }),
  });
  scope.draw(["minutes"], ({ minutes }) => {
    slider.value = String(minutes);
    slider.style.setProperty(
      "--at",
      `${((minutes - MIN_MINUTES) / (MAX_MINUTES - MIN_MINUTES)) * 100}%`,
    );
    const text = t("minutes", { n: minutes });
    slider.setAttribute("aria-valuetext", text);
    output.textContent = text;
  });
  const ticks = [5, 15, 30, 45, 60].map((n) =>
    h(
      "span",
      { style: { left: `${((n - MIN_MINUTES) / (MAX_MINUTES - MIN_MINUTES)) * 100}%` } },
      n,
    ),
  );
  return h(
    "div.control",
    {},
    h("div.row", {}, h("label", { for: "minutes" }, t("minutes_label")), output),
    slider,
    h("div.ticks", { "aria-hidden": "true" }, ticks),
  );
}

/** Bars of how many squads the rota has on duty, one per hour of the chosen day. */
function rotaChart(squads: Squad[], date: string): SVGElement {
  const counts = Array.from(
    { length: 24 },
    (_, hour) =>
      squads.filter(({ shifts }) => onShift(shifts, { date, minute: hour * 60 + 30 })).length,
  );
  const most = Math.max(1, ...counts);
  const bars = counts.map((count, hour) => {
    const height = Math.max(count > 0 ? 1.5 : 0, (count / most) * 26);
    return svg(
      "rect",
      { x: hour * 10 + 1, y: 28 - height, width: 8, height, rx: 1 },
      svg("title", {}, labelled(clockText(hour * 60), count)),
    );
  });
  const label = labelled(t("on_shift_by_hour"), `${Math.min(...counts)}–${Math.max(...counts)}`);
  return svg(
    "svg",
    { viewBox: "0 0 240 28", preserveAspectRatio: "none", role: "img", "aria-label": label },
    ...bars,
  );
}

function clock(scope: Scope): HTMLElement {
  const date = h("input", { id: "date", type: "date", "aria-label": t("date") });
  const scrubber = h("input", {
    id: "hour",
    type: "range",
    min: 0,
    max: LAST_MINUTE,
    step: CLOCK_STEP_MIN,
    "aria-label": t("hour"),
  });
  const output = h("output", { for: "date hour" });
  const present = h(
    "button",
    { type: "button", id: "now", onclick: () => store.set({ wall: null }) },
    t("now"),
  );
  const chart = h("div.rota");

  const choose = () => {
    if (date.value) store.set({ wall: { date: date.value, minute: Number(scrubber.value) } });
  };
  date.addEventListener("change", choose);
  scrubber.addEventListener("input", choose);

  const draw = () => {
    const wall = currentWall();
    if (document.activeElement !== date || !store.state.wall) date.value = wall.date;
    scrubber.value = String(Math.min(LAST_MINUTE, wall.minute));
    scrubber.style.setProperty(
      "--at",
      `${(Math.min(LAST_MINUTE, wall.minute) / LAST_MINUTE) * 100}%`,
    );
    scrubber.setAttribute("aria-valuetext", clockText(wall.minute));
    output.textContent = clockText(wall.minute);
    present.setAttribute("aria-pressed", String(store.state.wall === null));
    present.title = t("follow_now");
  };
  scope.draw(["wall", "status"], draw);
  scope.draw(["wall", "status", "roster"], ({ squads }) =>
    fill(chart, rotaChart(squads, currentWall().date)),
  );
  const ticking = window.setInterval(() => {
    if (!store.state.wall) draw();
  }, TICK_MS);
  scope.onEnd(() => clearInterval(ticking));

  const zone = h("span.zone");
  scope.draw(["status"], () => {
    zone.textContent = timeZone();
  });
  return h(
    "div.control.clock",
    {},
    h("div.row", {}, h("label", { for: "date" }, t("when"), output, zone), date, present),
    chart,
    scrubber,
    h(
      "div.ticks",
      { "aria-hidden": "true" },
      [0, 6, 12, 18, 24].map((n) => h("span", { style: { left: `${(n / 24) * 100}%` } }, n)),
    ),
  );
}

function basisSwitch(scope: Scope): HTMLElement {
  const choices = (["posts", "live"] as Basis[]).map((basis) =>
    h(
      "button",
      {
        type: "button",
        "data-basis": basis,
        title: word("basis", `${basis}_hint`),
        onclick: () => store.set({ basis }),
      },
      t(`basis_${basis}`),
    ),
  );
  const hint = h("p.hint");
  scope.draw(["basis"], ({ basis }) => {
    for (const one of choices)
      one.setAttribute("aria-pressed", String(one.dataset.basis === basis));
    hint.textContent = t(`basis_${basis}_hint`);
  });
  return h(
    "div.control",
    {},
    h(
      "div.row",
      {},
      h("span.label", {}, t("basis")),
      h("div.segments", { role: "group", "aria-label": t("basis") }, choices),
    ),
    hint,
  );
}

export function controls(scope: Scope): HTMLElement {
  return h(
    "section.controls",
    { "aria-label": t("tab_coverage") },
    minutesSlider(scope),
    clock(scope),
    basisSwitch(scope),
  );
}

/** The chosen moment as text, for headings. */
export function chosenMoment(): string {
  const { wall } = store.state;
  return wall ? `${wall.date} ${clockText(wall.minute)}` : t("now");
}
