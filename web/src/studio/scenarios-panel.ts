/** Scenarios beside "what if": chosen, kept, renamed, deleted, passed on, put into the open draft. */
import { h } from "../base/dom";
import { scenarioHash } from "../hash";
import { linkButton } from "../incidents/link";
import type { Scope } from "../panel/scope";
import { may, type State, store } from "../state";
import { t } from "../text";
import { part } from "./part";
import { isDraft } from "./plans";
import {
  applyScenario,
  changeScenario,
  closeScenario,
  deleteScenario,
  isChanged,
  keepScenario,
  loadScenarios,
  openScenario,
} from "./scenarios";

function choice({ whatIf: { scenarios, scenario } }: State): HTMLElement {
  const select = h(
    "select",
    {
      id: "scenario",
      "data-key": "scenario",
      onchange: () => {
        const chosen = scenarios.find(({ id }) => id === select.value);
        if (chosen) openScenario(chosen);
        else closeScenario();
      },
    },
    h("option", { value: "" }, t("scenario_none")),
    scenarios.map((one) =>
      h("option", { value: one.id, selected: one.id === scenario?.id }, one.name),
    ),
  );
  return h("p.row", {}, h("label", { for: select.id }, t("scenario")), select);
}

function naming(state: State): HTMLElement {
  const { scenario } = state.whatIf;
  const input = h("input", {
    id: "scenario-name",
    type: "text",
    maxlength: 200,
    autocomplete: "off",
    required: true,
    value: scenario?.name ?? "",
  });
  const named = (act: (name: string) => unknown) => {
    const name = input.value.trim();
    if (name) void act(name);
    else input.focus();
  };
  return h(
    "form",
    {
      id: "scenario-keep",
      onsubmit: (event: Event) => {
        event.preventDefault();
        named((name) => (scenario ? changeScenario(scenario, name) : keepScenario(name)));
      },
    },
    h("label", { for: input.id }, t("scenario_name")),
    h(
      "div.row",
      {},
      input,
      h("button", { type: "submit", "data-key": "scenario-keep" }, t("scenario_keep")),
      scenario &&
        h(
          "button",
          {
            type: "button",
            id: "scenario-new",
            "data-key": "scenario-new",
            onclick: () => named(keepScenario),
          },
          t("scenario_keep_new"),
        ),
    ),
  );
}

function acts(state: State): HTMLElement | null {
  const { scenario } = state.whatIf;
  if (!scenario) return null;
  const apply = async () => {
    const changed = isChanged(store.state as State);
    if (!changed || (await changeScenario(scenario, scenario.name))) await applyScenario(scenario);
  };
  return h(
    "div.row",
    {},
    isDraft(state) &&
      h(
        "button",
        {
          type: "button",
          id: "scenario-apply",
          "data-key": "scenario-apply",
          title: t("scenario_apply_hint"),
          onclick: () => void apply(),
        },
        t("scenario_apply"),
      ),
    h(
      "button",
      {
        type: "button",
        id: "scenario-delete",
        "data-key": "scenario-delete",
        onclick: () => void deleteScenario(scenario),
      },
      t("scenario_delete"),
    ),
  );
}

const KEYS: (keyof State)[] = ["whatIf", "studio", "session", "minutes", "wall"];

export function scenariosSection(scope: Scope): HTMLElement {
  let asked = false;
  scope.draw(["side"], ({ side }) => {
    if (side !== "studio" || asked) return;
    asked = true;
    void loadScenarios();
  });
  const asks = ({ whatIf }: State) => whatIf.patches.length + whatIf.candidates.length > 0;
  return h(
    "div",
    { id: "scenarios" },
    part(
      scope,
      (state) => [state.whatIf.scenarios, state.whatIf.scenario, isChanged(state)],
      (state) => [
        (state.whatIf.scenarios.length > 0 || state.whatIf.scenario) && choice(state),
        isChanged(state) && h("p.hint", { role: "status" }, t("scenario_changed")),
      ],
      KEYS,
    ),
    // What is typed stays as long as the same is open.
    part(
      scope,
      (state) => [state.whatIf.scenario, asks(state), may("plan", state)],
      (state) => may("plan", state) && asks(state) && naming(state),
      KEYS,
    ),
    part(
      scope,
      (state) => [state.whatIf.scenario, isDraft(state), may("plan", state)],
      (state) => may("plan", state) && acts(state),
      KEYS,
    ),
    part(
      scope,
      ({ whatIf }) => [whatIf.scenario?.id],
      ({ whatIf: { scenario } }) =>
        scenario &&
        linkButton({
          id: "scenario-link",
          hash: scenarioHash(scenario.id),
          copy: "scenario_link_copy",
          label: "scenario_link",
        }),
      KEYS,
    ),
  );
}
