/**
 * A text field that offers what fits as one types: the ARIA pattern of a combobox with a list below it. The
 * keyboard stays in the field; arrows move, Enter takes, Escape closes.
 */
import { fill, h } from "./dom";

interface Combobox<T> {
  /** What the list and its options are named after. */
  id: string;
  input: HTMLInputElement;
  label: string;
  /** What fits a text. A newer question aborts those before it. */
  search(text: string, signal: AbortSignal): T[] | Promise<T[]>;
  /** One option's content. */
  row(one: T): (Node | string | null | false)[];
  take(one: T): void;
  /** Said where nothing fits. */
  none: string | (() => string);
  /** The list opens before anything is typed, when it is asked for. */
  whole?: boolean;
  /** Nothing is marked until an arrow is pressed: Enter takes the text as it is. */
  unasked?: boolean;
  failed?(error: unknown): void;
}

export interface Box {
  element: HTMLElement;
  close(): void;
}

export function combobox<T>(of: Combobox<T>): Box {
  const { id, input } = of;
  const list = h("ul.options", { id: `${id}-list`, role: "listbox", "aria-label": of.label });
  const note = h("p.options-none", { role: "status" });
  const panel = h("div.options-panel", { hidden: true }, list, note);
  let found: T[] = [];
  let active = -1;
  let asked: AbortController | undefined;

  for (const [name, value] of Object.entries({
    role: "combobox",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-expanded": "false",
  })) {
    input.setAttribute(name, value);
  }

  const mark = (next: number) => {
    active = next;
    for (const [n, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(n === active));
      if (n === active) option.scrollIntoView({ block: "nearest" });
    }
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${id}-${active}`);
  };
  const close = () => {
    asked?.abort();
    panel.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  };
  const take = (n: number) => {
    const one = found[n];
    if (one === undefined) return;
    close();
    of.take(one);
  };
  const show = (next: T[]) => {
    found = next;
    fill(
      list,
      next.map((one, n) =>
        h(
          "li",
          {
            id: `${id}-${n}`,
            role: "option",
            "aria-selected": "false",
            // The field keeps the keyboard.
            onmousedown: (event: Event) => event.preventDefault(),
            onclick: () => take(n),
          },
          of.row(one),
        ),
      ),
    );
    note.textContent = next.length === 0 ? (typeof of.none === "string" ? of.none : of.none()) : "";
    panel.hidden = false;
    input.setAttribute("aria-expanded", String(next.length > 0));
    mark(next.length > 0 && !of.unasked ? 0 : -1);
  };
  const ask = async () => {
    asked?.abort();
    const own = new AbortController();
    asked = own;
    const text = input.value.trim();
    if (!text && !of.whole) return close();
    try {
      const next = await of.search(text, own.signal);
      if (!own.signal.aborted) show(next);
    } catch (error) {
      if (own.signal.aborted) return;
      close();
      of.failed?.(error);
    }
  };

  input.addEventListener("input", () => void ask());
  if (!of.whole) input.addEventListener("focus", () => void ask());
  input.addEventListener("click", () => panel.hidden && void ask());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const { key } = event;
    // An input method is at work: its keys are not ours.
    if (event.isComposing) return;
    if (key === "Escape" && !panel.hidden) {
      event.stopPropagation();
      close();
    } else if (key === "Enter" && !panel.hidden && active >= 0) {
      event.preventDefault();
      take(active);
    } else if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (panel.hidden) return void ask();
      const step = key === "ArrowDown" ? 1 : -1;
      if (found.length > 0)
        mark((Math.max(active, step < 0 ? 0 : -1) + step + found.length) % found.length);
    }
  });
  return { element: h("div.combobox", {}, input, panel), close };
}
