/** Scenarios beside "what if": chosen, kept, renamed, deleted, passed on, put into the open draft. */
import { fill, h } from "../base/dom";
import { scenarioHash } from "../hash";
import { linkButton } from "../incidents/link";
import type { Scope } from "../panel/scope";
import { may, type State } from "../state";
import { t } from "../text";
import { isDraft } from "./plans";
import {
  applyScenario,
  changeScenario,
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
      onchange: () => openScenario(scenarios.find(({ id }) => id === select.value) ?? null),
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
    const kept = !isChanged(state) || (await changeScenario(scenario, scenario.name));
    if (kept) await applyScenario(scenario);
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

export function scenariosSection(scope: Scope): HTMLElement {
  const box = h("div", { id: "scenarios" });
  let [asked, last] = [false, [] as unknown[]];
  scope.draw(["side"], ({ side }) => {
    if (side !== "studio" || asked) return;
    asked = true;
    void loadScenarios();
  });
  scope.draw(["whatIf", "studio", "session", "minutes", "wall"], (state) => {
    const { scenarios, scenario, patches, candidates } = state.whatIf;
    const asks = patches.length + candidates.length > 0;
    const now = [scenarios, scenario, asks, isChanged(state), isDraft(state), may("plan", state)];
    if (now.length === last.length && now.every((one, i) => one === last[i])) return;
    last = now;
    fill(
      box,
      (scenarios.length > 0 || scenario) && choice(state),
      scenario && isChanged(state) && h("p.hint", { role: "status" }, t("scenario_changed")),
      may("plan", state) && asks && naming(state),
      may("plan", state) && acts(state),
      scenario &&
        linkButton({
          id: "scenario-link",
          hash: scenarioHash(scenario.id),
          copy: "scenario_link_copy",
          label: "scenario_link",
        }),
    );
  });
  return box;
}
