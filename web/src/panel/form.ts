/** What the forms have in common: labelled fields, a refusal shown at its field, sending. */
import { Problem } from "../base/api";
import { h } from "../base/dom";
import { store } from "../state";
import { labelled, nameOf, t } from "../text";

function errorAt(name: string): HTMLElement {
  return h("p.error", { id: `error-${name}`, role: "alert" });
}

/** `name` is what the service calls the field when it refuses it. */
export function field(
  form: string,
  name: string,
  label: string,
  control: HTMLElement,
): HTMLElement {
  control.id = `${form}-${name}`;
  control.setAttribute("name", name);
  return fieldOf(name, control.id, label, control);
}

/** The same for a control that is a part of `element`. */
export function fieldOf(
  name: string,
  id: string,
  label: string,
  element: HTMLElement,
): HTMLElement {
  return h(
    "div.field",
    { "data-field": name },
    h("label", { for: id }, label),
    element,
    errorAt(name),
  );
}

/** Every matter by its field, after one that means none of them. */
export function matterOptions(chosen: string | null | undefined, none: string): HTMLElement[] {
  const domains = new Map<string, HTMLElement>();
  for (const matter of store.state.matters) {
    let group = domains.get(matter.domain);
    if (!group) {
      group = h("optgroup", { label: matter.domain });
      domains.set(matter.domain, group);
    }
    group.append(
      h("option", { value: matter.code, selected: matter.code === chosen }, nameOf(matter)),
    );
  }
  return [h("option", { value: "" }, none), ...domains.values()];
}

/** One of a few: each a value and what the reader sees. */
export function choice(
  name: string,
  label: string,
  options: [value: string, text: string][],
  chosen: string | undefined,
): HTMLElement {
  return h(
    "fieldset.field",
    { "data-field": name },
    h("legend", {}, label),
    h(
      "div.choices",
      {},
      options.map(([value, text]) =>
        h("label", {}, h("input", { type: "radio", name, value, checked: chosen === value }), text),
      ),
    ),
    errorAt(name),
  );
}

function showProblem(form: HTMLFormElement, error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  const named = error instanceof Problem ? error.field : undefined;
  const fields = [...form.querySelectorAll<HTMLElement>("[data-field]")];
  const name =
    named &&
    fields
      .map((one) => one.dataset.field)
      .find((one) => one === named || one?.endsWith(`.${named}`));
  const at = name ? form.querySelector(`[id="error-${name}"]`) : null;
  const control = name ? form.querySelector<HTMLElement>(`[name="${name}"]`) : null;
  if (at && control) {
    at.textContent = text;
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", at.id);
    control.focus();
    return;
  }
  const place = form.querySelector(".form-problem");
  if (place) place.textContent = named ? labelled(named, text) : `${text} ${t("send_again")}`;
}

function clearProblems(form: HTMLFormElement): void {
  for (const one of form.querySelectorAll(".error, .form-problem")) one.textContent = "";
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
}

/** Where a problem without a field is shown, and the buttons. */
export function formEnd(send: HTMLElement): HTMLElement[] {
  return [
    h("p.form-problem.error", { role: "alert" }),
    h(
      "div.row",
      {},
      send,
      h("button.quiet", { type: "button", onclick: () => store.set({ form: null }) }, t("cancel")),
    ),
  ];
}

/** Runs `action` when `send` is pressed, and shows at the form why it was refused. */
export function onSend(
  form: HTMLFormElement,
  send: HTMLButtonElement,
  action: () => Promise<void>,
  leave = () => store.set({ form: null }),
): void {
  const label = send.textContent;
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearProblems(form);
    send.disabled = true;
    send.textContent = t("sending");
    try {
      await action();
    } catch (error) {
      showProblem(form, error);
      send.disabled = false;
      send.textContent = label;
    }
  });
}
