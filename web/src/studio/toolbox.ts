/** What is in hand: brush, lasso, eraser, fill, a line that parts; undo and redo; and what the keyboard does. */
import { h } from "../base/dom";
import type { Go, Scope } from "../panel/scope";
import { may, type State } from "../state";
import { labelled, metres, number, t } from "../text";
import { draw, redo, split, undo } from "./edits";
import { part } from "./part";
import { isDraft, setStudio } from "./plans";
import { TOOLS, type Tool } from "./state";

const RADIUS = { min: 100, max: 3000, step: 100 };

function toolButtons({ studio }: State): HTMLElement {
  const button = (one: Tool) =>
    h(
      "button",
      {
        type: "button",
        id: `studio-${one}`,
        "data-key": `studio-${one}`,
        disabled: !studio.zone,
        "aria-pressed": String(studio.tool === one),
        title: t(`studio_${one}_hint`),
        onclick: () => setStudio({ tool: studio.tool === one ? null : one }),
      },
      t(`studio_${one}`),
    );
  return h(
    "div.segments.small",
    { role: "group", "aria-label": t("studio_tools") },
    TOOLS.map(button),
  );
}

function radius({ studio }: State): HTMLElement[] {
  const slider = h("input", {
    id: "studio-radius",
    type: "range",
    ...RADIUS,
    value: studio.radius_m,
    "data-key": "studio-radius",
    "aria-valuetext": metres(studio.radius_m),
    onchange: () => setStudio({ radius_m: Number(slider.value) }),
  });
  const at = ((studio.radius_m - RADIUS.min) / (RADIUS.max - RADIUS.min)) * 100;
  slider.style.setProperty("--at", `${at}%`);
  return [
    h("label", { for: slider.id }, labelled(t("studio_radius"), metres(studio.radius_m))),
    slider,
  ];
}

function fills({ studio }: State): HTMLElement {
  const select = h(
    "select",
    {
      id: "studio-fills",
      "data-key": "studio-fills",
      onchange: () => setStudio({ fills: select.value as typeof studio.fills }),
    },
    (["village", "township"] as const).map((one) =>
      h("option", { value: one, selected: one === studio.fills }, t(`studio_fills_${one}`)),
    ),
  );
  return h("p.row", {}, h("label", { for: select.id }, t("studio_fills")), select);
}

function splitting({ studio }: State): HTMLElement {
  const name = h("input", {
    id: "studio-new-name",
    type: "text",
    maxlength: 200,
    autocomplete: "off",
    value: studio.newName,
    onchange: () => setStudio({ newName: name.value }),
  });
  const road = h("input", { id: "studio-road", type: "text", maxlength: 200, autocomplete: "off" });
  return h(
    "form",
    {
      id: "studio-split-road",
      onsubmit: (event: Event) => {
        event.preventDefault();
        const text = road.value.trim();
        if (!text) return road.focus();
        setStudio({ newName: name.value });
        void split({ road: { name: text } });
      },
    },
    h("label", { for: name.id }, t("studio_new_name")),
    h("div.row", {}, name),
    h("label", { for: road.id }, t("studio_along_road")),
    h("div.row", {}, road, h("button", { type: "submit" }, t("studio_split_road"))),
  );
}

/** What the tool in hand needs to know, and how it is used. */
function settings(state: State, go: Go): (HTMLElement | false)[] {
  const { tool, zone } = state.studio;
  if (!zone) return [h("p.hint", {}, t("studio_choose"))];
  if (!tool) return [h("p.hint", {}, t("studio_take_tool"))];
  const here = () => {
    const centre = go.centre();
    if (centre) void draw([centre]);
  };
  const dot = tool === "brush" || tool === "erase" || tool === "fill";
  return [
    h("p.hint", {}, t(`studio_${tool}_hint`)),
    tool === "fill" && fills(state),
    tool === "split" && splitting(state),
    ...(tool === "brush" || tool === "erase" ? radius(state) : []),
    dot &&
      h(
        "button",
        { type: "button", id: "studio-here", "data-key": "studio-here", onclick: here },
        t("studio_here"),
      ),
  ];
}

function told({ studio }: State): string {
  const { skipped, left, took_ms } = studio;
  return [
    took_ms === null ? "" : t("studio_took", { ms: number(took_ms) }),
    skipped > 0 ? t("studio_skipped", { n: number(skipped) }) : "",
    left > 0 ? t("studio_left", { n: number(left) }) : "",
  ]
    .filter(Boolean)
    .join(" ");
}

export function toolbox(scope: Scope, go: Go): HTMLElement {
  const mayEdit = (state: State) => may("plan", state) && isDraft(state);
  const press = (id: string, text: string, act: () => Promise<void>) =>
    h("button", { type: "button", id, "data-key": id, onclick: () => void act() }, text);
  const box = h(
    "section",
    { id: "studio-tools" },
    h("h3", {}, t("studio_tools")),
    part(
      scope,
      ({ studio }) => [studio.tool, studio.zone],
      (state) => toolButtons(state),
    ),
    part(
      scope,
      ({ studio }) => [studio.tool, studio.zone, studio.radius_m, studio.fills],
      (state) => settings(state, go),
    ),
    h(
      "div.steps",
      {},
      press("studio-undo", t("studio_undo"), undo),
      press("studio-redo", t("studio_redo"), redo),
    ),
  );
  const status = h("p.hint", { id: "studio-told", role: "status" });
  box.append(status);
  scope.draw(["studio", "session"], (state) => {
    box.hidden = !mayEdit(state);
    box.setAttribute("aria-busy", String(state.studio.busy));
    const text = told(state);
    if (status.textContent !== text) status.textContent = text;
  });
  return box;
}
