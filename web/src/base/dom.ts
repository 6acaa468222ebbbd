/** A hand's breadth of DOM building: enough to do without a framework. */

export type Child = Node | string | number | null | undefined | false | Child[];
type Attributes = Record<string, unknown>;

function append(parent: Element, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(parent, child);
    else parent.append(child instanceof Node ? child : String(child));
  }
}

function setAttribute(element: Element, name: string, value: unknown): void {
  if (value === undefined || value === null || value === false) return;
  if (typeof value === "function") {
    element.addEventListener(name.slice(2), value as EventListener);
  } else if (name === "style" && element instanceof HTMLElement) {
    for (const [property, text] of Object.entries(value as Record<string, string>)) {
      element.style.setProperty(property, text);
    }
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** `h("button.primary", { onclick }, "text")`: tag with classes, attributes and `on…` listeners, children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  selector: K | `${K}.${string}`,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const [tag = "div", ...classes] = selector.split(".");
  const element = document.createElement(tag);
  if (classes.length > 0) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  append(element, children);
  return element as HTMLElementTagNameMap[K];
}

/** An SVG element built the same way. */
export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  append(element, children);
  return element;
}

/** Replaces the content but keeps the keyboard focus on the control with the same `data-key`. */
export function fill(parent: Element, ...children: Child[]): void {
  const focused = document.activeElement;
  const key =
    focused instanceof HTMLElement && parent.contains(focused) ? focused.dataset.key : undefined;
  parent.replaceChildren();
  append(parent, children);
  if (key) parent.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

/** Runs `action` once after `wait_ms` of silence. */
export function debounce(action: () => void, wait_ms: number): () => void {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(action, wait_ms);
  };
}

/** Runs `action` `wait_ms` after the first of a burst of calls; a steady stream can't put it off for ever. */
export function gather(action: () => void, wait_ms: number): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    window.setTimeout(() => {
      waiting = false;
      action();
    }, wait_ms);
  };
}

/** Runs `action` at once, then at most once in `wait_ms` however often it is called. */
export function paced(action: () => void, wait_ms: number): () => void {
  let last_ms = Number.NEGATIVE_INFINITY;
  let waiting = false;
  const run = () => {
    waiting = false;
    last_ms = performance.now();
    action();
  };
  return () => {
    if (waiting) return;
    const rest_ms = last_ms + wait_ms - performance.now();
    if (rest_ms <= 0) return run();
    waiting = true;
    window.setTimeout(run, rest_ms);
  };
}

interface Latest {
  /** Runs now; a run before it is aborted, for only the last counts. */
  (): Promise<void>;
  /** Runs after the present run, so that a steady stream of changes can't starve it. */
  follow(): void;
}

/** Of overlapping runs only the last counts. */
export function latest(run: (signal: AbortSignal) => Promise<void>): Latest {
  let current: AbortController | undefined;
  let waiting = false;
  const start = async () => {
    current?.abort();
    const own = new AbortController();
    current = own;
    waiting = false;
    try {
      await run(own.signal);
    } finally {
      if (current === own) {
        current = undefined;
        if (waiting) void start();
      }
    }
  };
  const follow = () => {
    if (current) waiting = true;
    else void start();
  };
  return Object.assign(start, { follow });
}

/** People type faster than they want to be answered. */
const TYPED_MS = 120;

/** Waits until nobody types any more; a newer question ends it. */
export function typed(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = window.setTimeout(resolve, TYPED_MS);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
