/** The planner's studio: which plan, which zone grows, the brush, and the figures that follow the stroke. */
import { failed } from "../actions";
import { fill, h } from "../base/dom";
import type { Judgement } from "../base/types";
import type { Go, Scope } from "../panel/scope";
import { may, type State, store } from "../state";
import { labelled, metres, minutesOf, nameOf, number, t, word } from "../text";
import {
  branch,
  chooseLayer,
  choosePlan,
  isDraft,
  loadPlans,
  openPlan,
  paint,
  redo,
  setStudio,
  undo,
} from "./plans";

const RADIUS = { min: 100, max: 3000, step: 100 };

function planChoice({ studio }: State): HTMLElement {
  const select = h(
    "select",
    {
      id: "studio-plan",
      "data-key": "studio-plan",
      onchange: () => choosePlan(select.value || null),
    },
    h("option", { value: "" }, t("studio_none")),
    studio.plans.map((one) =>
      h(
        "option",
        { value: one.id, selected: one.id === studio.plan },
        `${nameOf(one)} · ${word("studio_state", one.state)}`,
      ),
    ),
  );
  return h("div.field", {}, h("label", { for: "studio-plan" }, t("studio_plan")), select);
}

function layerChoice({ studio }: State): HTMLElement | null {
  const plan = openPlan({ studio });
  if (!plan) return null;
  const select = h(
    "select",
    {
      id: "studio-layer",
      "data-key": "studio-layer",
      onchange: () => chooseLayer(select.value),
    },
    plan.layers.map((one) =>
      h("option", { value: one.code, selected: one.code === studio.layer }, nameOf(one)),
    ),
  );
  return h(
    "div.field",
    {},
    h("label", { for: "studio-layer" }, t("studio_layer")),
    select,
    h("p.hint", { id: "studio-revision" }, t("studio_revision", { n: plan.revision })),
  );
}

function branchForm(): HTMLElement {
  const name = h("input", { id: "studio-name", type: "text", maxlength: 200, autocomplete: "off" });
  return h(
    "form.row",
    {
      id: "studio-branch",
      onsubmit: async (event: Event) => {
        event.preventDefault();
        const text = name.value.trim();
        if (!text) return name.focus();
        try {
          await branch(text);
        } catch (error) {
          failed("failed_write", error);
        }
      },
    },
    h("label.unseen", { for: name.id }, t("studio_name")),
    name,
    h("button", { type: "submit" }, t("studio_branch")),
  );
}

function tools(state: State, go: Go): HTMLElement {
  const { brush, zone, radius_m, busy, took_ms } = state.studio;
  const slider = h("input", {
    id: "studio-radius",
    type: "range",
    ...RADIUS,
    value: radius_m,
    "data-key": "studio-radius",
    "aria-valuetext": metres(radius_m),
    onchange: () => setStudio({ radius_m: Number(slider.value) }),
  });
  const at = ((radius_m - RADIUS.min) / (RADIUS.max - RADIUS.min)) * 100;
  slider.style.setProperty("--at", `${at}%`);
  const press = (id: string, text: string, act: () => void, off = false) =>
    h("button", { type: "button", id, "data-key": id, disabled: off || busy, onclick: act }, text);
  const middle = () => {
    const centre = go.centre();
    if (centre) void paint([centre]);
  };
  return h(
    "section",
    { id: "studio-tools", "aria-busy": String(busy) },
    h("h3", {}, t("studio_brush")),
    !zone && h("p.hint", {}, t("studio_choose")),
    h(
      "div.steps",
      {},
      h(
        "button",
        {
          type: "button",
          id: "studio-brush",
          "data-key": "studio-brush",
          disabled: !zone,
          "aria-pressed": String(brush),
          onclick: () => setStudio({ brush: !brush }),
        },
        t("studio_brush_on"),
      ),
      press("studio-here", t("studio_here"), middle, !zone),
      press("studio-undo", t("studio_undo"), () => void undo()),
      press("studio-redo", t("studio_redo"), () => void redo()),
    ),
    h("label", { for: slider.id }, labelled(t("studio_radius"), metres(radius_m))),
    slider,
    h(
      "p.hint",
      { role: "status" },
      took_ms === null ? "" : t("studio_took", { ms: number(took_ms) }),
    ),
  );
}

function zoneTable({ plan, zones, unassigned }: Judgement, state: State): HTMLElement {
  const most = Math.max(...zones.map(({ workload }) => workload.total_h), 1e-9);
  const column = (text: string) => h("th", { scope: "col" }, text);
  return h(
    "section",
    {},
    h("h3", {}, t("studio_zones")),
    unassigned > 0 && h("p.warning", {}, t("studio_unassigned", { n: number(unassigned) })),
    h(
      "table.zones",
      { "data-revision": plan.revision },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          column(t("studio_zone")),
          column(t("studio_atoms")),
          column(t("studio_work")),
          column(t("studio_p90")),
        ),
      ),
      h(
        "tbody",
        {},
        zones.map((one) =>
          h(
            "tr",
            { "data-zone": one.zone },
            h(
              "th",
              { scope: "row" },
              h(
                "button",
                {
                  type: "button",
                  "data-key": `zone-${one.zone}`,
                  "aria-pressed": String(state.studio.zone === one.zone),
                  onclick: () => setStudio({ zone: one.zone }),
                },
                one.zone,
              ),
              h("small", {}, nameOf(one)),
            ),
            h("td", { "data-figure": "atoms" }, number(one.atoms)),
            h(
              "td",
              { "data-figure": "work" },
              number(one.workload.total_h, 1),
              h(
                "span.bar-track",
                { "aria-hidden": "true" },
                h("span", { style: { width: `${(one.workload.total_h / most) * 100}%` } }),
              ),
            ),
            h("td", {}, one.own.p90_s === null ? "–" : minutesOf(one.own.p90_s)),
          ),
        ),
      ),
    ),
  );
}

/** Undo and redo by the keys that everybody knows, while the studio is open. */
function onKey(event: KeyboardEvent): void {
  const typing =
    event.target instanceof Element && event.target.closest("input:not([type=range]), textarea");
  const { side } = store.state;
  if (side !== "studio" || typing || !(event.ctrlKey || event.metaKey) || !isDraft(store.state))
    return;
  const key = event.key.toLowerCase();
  const again = key === "y" || (key === "z" && event.shiftKey);
  if (key !== "z" && !again) return;
  event.preventDefault();
  void (again ? redo() : undo());
}

export function studioPanel(scope: Scope, go: Go): HTMLElement {
  const [choice, form, work, table] = [h("div"), h("div"), h("div"), h("div")];
  let asked = false;
  scope.draw(["side", "studio"], ({ side }) => {
    if (side !== "studio" || asked) return;
    asked = true;
    void loadPlans();
  });
  scope.draw(["studio"], (state) => fill(choice, planChoice(state), layerChoice(state)));
  let branched: string | null | undefined;
  scope.draw(["studio", "session"], (state) => {
    const { plan } = state.studio;
    const mayPlan = may("plan", state);
    // What is typed stays while figures come and go.
    const shown = `${plan} ${mayPlan} ${isDraft(state)}`;
    if (shown === branched) return;
    branched = shown;
    fill(
      form,
      plan && mayPlan && branchForm(),
      plan && !isDraft(state) && h("p.hint", {}, t("studio_frozen")),
    );
  });
  scope.draw(["studio", "session"], (state) =>
    fill(work, may("plan", state) && isDraft(state) && tools(state, go)),
  );
  scope.draw(["studio"], (state) =>
    fill(table, state.studio.judgement && zoneTable(state.studio.judgement, state)),
  );
  document.addEventListener("keydown", onKey);
  scope.onEnd(() => document.removeEventListener("keydown", onKey));
  return h(
    "aside.studio",
    { id: "studio-panel", "aria-label": t("studio") },
    h("h2", {}, t("studio")),
    choice,
    form,
    work,
    table,
  );
}
