/** The planner's studio: which plan, what is done to it by hand, the figures that follow, its way into force. */
import { failed } from "../actions";
import { h } from "../base/dom";
import type { Go, Scope } from "../panel/scope";
import { may, type State, store } from "../state";
import { nameOf, t, word } from "../text";
import { compareSection } from "./compare";
import { conflictSection } from "./conflict";
import { redo, undo } from "./edits";
import { part } from "./part";
import { branch, chooseLayer, choosePlan, isDraft, loadPlans, openPlan } from "./plans";
import { squadsSection } from "./squads";
import { toolbox } from "./toolbox";
import { warningsSection } from "./warnings";
import { whatIfSection } from "./whatif-panel";
import { workflowSection } from "./workflow";
import { chosenSection, zonesSection } from "./zones";

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
  const name = h("input", {
    id: "studio-name",
    type: "text",
    maxlength: 200,
    autocomplete: "off",
    placeholder: t("studio_name"),
  });
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
  let asked = false;
  scope.draw(["side"], ({ side }) => {
    if (side !== "studio" || asked) return;
    asked = true;
    void loadPlans();
  });
  document.addEventListener("keydown", onKey);
  scope.onEnd(() => document.removeEventListener("keydown", onKey));
  return h(
    "aside.studio",
    { id: "studio-panel", "aria-label": t("studio") },
    h("h2", {}, t("studio")),
    part(
      scope,
      ({ studio }) => [studio.plans, studio.plan, studio.layer],
      (state) => [planChoice(state), layerChoice(state)],
    ),
    part(
      scope,
      (state) => [state.studio.plan, may("plan", state), isDraft(state)],
      (state) =>
        state.studio.plan && [
          may("plan", state) && branchForm(),
          !isDraft(state) && h("p.hint", {}, t("studio_frozen")),
        ],
    ),
    conflictSection(scope),
    toolbox(scope, go),
    chosenSection(scope),
    squadsSection(scope, go),
    warningsSection(scope, go),
    zonesSection(scope, go),
    compareSection(scope, go),
    whatIfSection(scope, go),
    workflowSection(scope),
  );
}
