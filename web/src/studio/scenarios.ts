/** Questions of "what if" with a name: kept by the service, opened by whoever has the link, put into a draft. */
import { atParam, failed } from "../actions";
import { api } from "../base/api";
import { latest } from "../base/dom";
import { wallOf } from "../base/time";
import type { Scenario, ScenarioQuestion } from "../base/types";
import { uuidv7 } from "../base/uuid";
import { notify, type State, store, timeZone } from "../state";
import { t } from "../text";
import { inTurn } from "./edits";
import { openPlan } from "./plans";
import { setPatches, setWhatIf } from "./whatif";

/** As it stands on the page. */
export function question({ whatIf, minutes }: State): ScenarioQuestion {
  const at = atParam();
  const { patches, candidates } = whatIf;
  return { minutes, patches, candidates, ...(at ? { at } : {}) };
}

/** What the service keeps may stand in another order. */
const told = ({ minutes, at, patches = [], candidates = [] }: ScenarioQuestion) =>
  JSON.stringify([minutes, at ? Date.parse(at) : null, patches, candidates]);

/** Whether the page asks something else than what is kept. */
export function isChanged(state: State): boolean {
  const { scenario } = state.whatIf;
  return scenario !== null && told(scenario.question) !== told(question(state));
}

export const loadScenarios = latest(async (signal) => {
  try {
    const scenarios = await api.scenarios(signal);
    const { scenario } = store.state.whatIf;
    // Another name, or gone; another question is shown when it is opened again.
    const open = scenarios.find(({ id }) => id === scenario?.id);
    const renamed = open && scenario && open.name !== scenario.name;
    const now = renamed ? { ...scenario, name: open.name } : scenario;
    setWhatIf({ scenarios, scenario: open ? now : null });
  } catch (error) {
    failed("failed_scenarios", error);
  }
});

/** Asks what it asks, for its minutes and its moment. */
export function openScenario(scenario: Scenario): void {
  const { minutes, at, patches = [], candidates = [] } = scenario.question;
  const wall = at ? wallOf(new Date(at), timeZone()) : null;
  store.set({ minutes, wall });
  setWhatIf({ scenario, candidates, pick: null, answer: null, ranked: null });
  setPatches(patches);
}

/** What is asked stays, and is nobody's. */
export const closeScenario = () => setWhatIf({ scenario: null });

/** Of a link. */
export async function openScenarioById(id: string): Promise<void> {
  store.set({ side: "studio", tab: "side" });
  try {
    openScenario(await api.scenario(id));
  } catch (error) {
    failed("failed_scenarios", error);
  }
}

/** What is asked is what the service has kept now. */
async function done(scenario: Scenario): Promise<void> {
  const { patches = [], candidates = [] } = scenario.question;
  setWhatIf({ scenario, patches, candidates });
  await loadScenarios();
}

/** Under a new name, beside the plan that is open. */
export async function keepScenario(name: string): Promise<void> {
  const { plan } = store.state.studio;
  const asked = question(store.state as State);
  try {
    await done(await api.keepScenario({ id: uuidv7(), name, plan, question: asked }));
  } catch (error) {
    failed("failed_write", error);
  }
}

/** In the place of what was kept; only over what is seen. */
export async function changeScenario(scenario: Scenario, name: string): Promise<boolean> {
  const asked = question(store.state as State);
  const { revision: on_revision, plan } = scenario;
  try {
    await done(await api.changeScenario(scenario.id, { on_revision, name, plan, question: asked }));
    return true;
  } catch (error) {
    failed("failed_write", error);
    return false;
  }
}

export async function deleteScenario({ id }: Scenario): Promise<void> {
  try {
    await api.deleteScenario(id);
    closeScenario();
    await loadScenarios();
  } catch (error) {
    failed("failed_write", error);
  }
}

/** Its posts become those of the open draft: one edit, which undo takes back. */
export function applyScenario(scenario: Scenario): Promise<void> {
  const { layer } = store.state.studio;
  return inTurn(async (plan) => {
    const on_revision = openPlan(store.state)?.revision ?? 0;
    const { edit, left } = await api.applyScenario(scenario.id, {
      id: uuidv7(),
      plan,
      layer,
      on_revision,
    });
    notify(t(left.length > 0 ? "scenario_applied_but" : "scenario_applied", { n: left.length }));
    return edit;
  });
}
