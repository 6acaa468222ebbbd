/** A plan's way: from draft over review to frozen, then in force from a date on; and who did what, and why. */
import { explain } from "../actions";
import { api, now, Problem } from "../base/api";
import { h } from "../base/dom";
import { clockText, instantOf, wallOf } from "../base/time";
import type { ForceDraft, PlanBatch, PlanState, PlanVerdict } from "../base/types";
import { uuidv7 } from "../base/uuid";
import type { Scope } from "../panel/scope";
import { may, notify, type State, store, timeZone } from "../state";
import { clauses, labelled, moment, nameOf, number, t, word } from "../text";
import { part } from "./part";
import { loadPast, openPlan, setPlanState, setStudio } from "./plans";

/** Where a plan may go from where it is; the service says who may send it. */
const NEXT: Record<PlanState, PlanState[]> = {
  draft: ["in_review"],
  in_review: ["frozen", "draft"],
  frozen: [],
};
const DAY_MS = 86_400_000;

/** A field that says why, and what to do when it is empty. */
function reasonField(id: string): { label: HTMLElement; input: HTMLInputElement; said(): string } {
  const input = h("input", {
    id,
    type: "text",
    maxlength: 500,
    autocomplete: "off",
    "aria-required": "true",
  });
  const said = () => {
    const reason = input.value.trim();
    input.removeAttribute("aria-invalid");
    if (reason) return reason;
    input.setAttribute("aria-invalid", "true");
    input.focus();
    return "";
  };
  return { label: h("label", { for: id }, t("studio_reason")), input, said };
}

function stateForm(state: PlanState): HTMLElement | null {
  if (NEXT[state].length === 0) return null;
  const { label, input, said } = reasonField("studio-reason");
  const go = (to: PlanState) => {
    const reason = said();
    if (reason) void setPlanState(to, reason);
  };
  const [first, ...others] = NEXT[state];
  return h(
    "form",
    {
      id: "studio-state",
      onsubmit: (event: Event) => {
        event.preventDefault();
        if (first) go(first);
      },
    },
    label,
    input,
    h(
      "div.steps",
      {},
      h("button.primary", { type: "submit", "data-to": first }, word("studio_to", first ?? "")),
      others.map((to) =>
        h(
          "button",
          { type: "button", "data-to": to, onclick: () => go(to) },
          word("studio_to", to),
        ),
      ),
    ),
  );
}

/** Keeps its number until the service has answered, so that it is entered once. */
let forceId: string | null = null;

async function putInForce(draft: Omit<ForceDraft, "id">): Promise<boolean> {
  forceId ??= uuidv7();
  try {
    await api.putInForce({ ...draft, id: forceId });
    forceId = null;
    await loadPast();
    return true;
  } catch (error) {
    // Refused: what is entered next is another entry.
    if (error instanceof Problem && error.status >= 400 && error.status < 500) forceId = null;
    notify(explain("failed_write", error));
    return false;
  }
}

function forceForm(plan: string, layer: string): HTMLElement {
  const { label, input, said } = reasonField("studio-force-reason");
  const wall = wallOf(new Date(now().getTime() + DAY_MS), timeZone());
  const from = h("input", {
    id: "studio-from",
    type: "datetime-local",
    value: `${wall.date}T${clockText(0)}`,
    required: true,
  });
  return h(
    "form",
    {
      id: "studio-force",
      onsubmit: async (event: Event) => {
        event.preventDefault();
        const [date = "", clock = ""] = from.value.split("T");
        const [hours = 0, minutes = 0] = clock.split(":").map(Number);
        if (!date) return from.focus();
        const reason = said();
        if (!reason) return;
        const instant = instantOf({ date, minute: hours * 60 + minutes }, timeZone());
        const entered = await putInForce({ plan, layer, from: instant.toISOString(), reason });
        if (entered) input.value = "";
      },
    },
    h("label", { for: from.id }, t("studio_from")),
    from,
    label,
    input,
    h("div.steps", {}, h("button.primary", { type: "submit" }, t("studio_put_in_force"))),
  );
}

function workflow(state: State): HTMLElement | null {
  const plan = openPlan(state);
  if (!plan) return null;
  const says = h("p", {}, labelled(t("studio_state"), word("studio_state", plan.state)));
  const may_ = { plan: may("plan", state), publish: may("publish", state) };
  return h(
    "section",
    { id: "studio-workflow" },
    h("h3", {}, t("studio_workflow")),
    says,
    may_.plan && stateForm(plan.state),
    plan.state === "frozen" && may_.publish && forceForm(plan.id, state.studio.layer),
  );
}

function editText({ kind, steps, did }: PlanBatch): string {
  if (typeof kind === "object")
    return "undo" in kind
      ? t("studio_undid", { n: kind.undo })
      : t("studio_redid", { n: kind.redo });
  const acts = new Map<string, number>();
  for (const { command } of steps) {
    const zone = "zone" in command && typeof command.zone === "string" ? ` ${command.zone}` : "";
    const act = word("studio_do", command.do) + zone;
    acts.set(act, (acts.get(act) ?? 0) + 1);
  }
  const atoms = did.reduce((sum, one) => sum + (one.what === "atoms" ? one.atoms.length : 0), 0);
  const told = [...acts].map(([act, n]) => (n > 1 ? `${act} ×${number(n)}` : act));
  return clauses([...told, ...(atoms > 0 ? [t("studio_n_atoms", { n: number(atoms) })] : [])]);
}

interface Deed {
  at: string;
  by: string;
  text: string;
  why?: string;
  revision: number;
}

const ofEdit = (one: PlanBatch): Deed => ({
  at: one.at,
  by: one.author,
  text: editText(one),
  revision: one.revision,
});
const ofVerdict = (one: PlanVerdict): Deed => ({
  at: one.at,
  by: one.by,
  text: word("studio_state", one.state),
  why: one.reason,
  revision: one.revision,
});

function deedLine({ at, by, text, why, revision }: Deed): HTMLElement {
  return h(
    "li",
    {},
    h("span", {}, why ? t("studio_why", { text, why }) : text),
    h("small", {}, clauses([moment(at, timeZone()), by, t("studio_revision", { n: revision })])),
  );
}

function history(state: State): HTMLElement | null {
  const { past, force, plans, layer } = state.studio;
  if (!openPlan(state)) return null;
  const deeds = past && [...past.edits.map(ofEdit), ...past.verdicts.map(ofVerdict)];
  const newest = deeds?.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const nameOfPlan = (id: string) => {
    const plan = plans.find((one) => one.id === id);
    return plan ? nameOf(plan) : id;
  };
  return h(
    "details",
    {
      id: "studio-past",
      open: past !== null,
      ontoggle: (event: Event) => {
        const { open } = event.currentTarget as HTMLDetailsElement;
        if (open && !store.state.studio.past) void loadPast();
        if (!open) setStudio({ past: null });
      },
    },
    h("summary", { "data-key": "studio-past" }, t("studio_past")),
    newest && [
      h("h3", {}, t("studio_in_force")),
      h(
        "ul.deeds",
        { id: "studio-force-list" },
        force
          .filter((one) => one.layer === layer)
          .map((one) =>
            h(
              "li",
              {},
              h(
                "span",
                {},
                labelled(moment(one.from, timeZone()), nameOfPlan(one.plan)),
                one.holds && h("span.badge.full", {}, t("studio_holds")),
              ),
              h("small", {}, clauses([one.reason, one.by])),
            ),
          ),
      ),
      h("h3", {}, t("studio_deeds")),
      newest.length === 0
        ? h("p.hint", {}, t("studio_no_deeds"))
        : h("ul.deeds", { id: "studio-deeds" }, newest.map(deedLine)),
    ],
  );
}

export function workflowSection(scope: Scope): HTMLElement {
  const way = part(
    scope,
    ({ studio, session }) => [studio.plan, openPlan({ studio })?.state, studio.layer, session],
    workflow,
  );
  const past = part(
    scope,
    ({ studio }) => [studio.plan, studio.past, studio.force, studio.layer],
    history,
  );
  return h("div", {}, way, past);
}
