/**
 * What the squad did and the service has not heard yet: kept in the browser, with the time at which it was done
 * and a number of its own, and sent in order as soon as there is a network. Sending twice counts once.
 */
import { api, isAbort, now, Problem } from "../base/api";
import type { FixDraft as Fix } from "../base/types";

/** Nobody waits longer for a network that is back without saying so. */
const AGAIN_MS = 8_000;
/** Half a day of positions, one a minute; older ones tell nobody anything. */
const FIXES_KEPT = 720;
const FIXES_SENT = 200;

/** Something that was done; the text says what. */
export interface Done {
  id: string;
  at: string;
  text: string;
  method: "POST" | "PATCH";
  path: string;
  body: unknown;
  /** Of several that wait only the last counts. */
  only?: string;
}

export interface Refused extends Done {
  why: string;
}

interface Kept {
  waiting: Done[];
  refused: Refused[];
  fixes: Fix[];
}

export interface Outbox extends Readonly<Kept> {
  put(done: Done): void;
  putFix(fix: Fix): void;
  /** The squad has read why. */
  forget(id: string): void;
  flush(): Promise<void>;
}

function read(key: string): Kept {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "") as Partial<Kept>;
    return { waiting: kept.waiting ?? [], refused: kept.refused ?? [], fixes: kept.fixes ?? [] };
  } catch {
    return { waiting: [], refused: [], fixes: [] };
  }
}

/** An answer that will be the same however often one asks. */
function isRefusal(error: unknown): error is Problem {
  if (!(error instanceof Problem)) return false;
  const { status } = error;
  return status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);
}

/** Of one squad. `changed` hears that something came, went or was refused; `heard`, that the service took it. */
export function openOutbox(squad: string, changed: () => void, heard: () => void): Outbox {
  const key = `xunge.phone.outbox.${squad}`;
  let kept = read(key);
  let sending = false;
  let again = 0;

  const keep = (next: Partial<Kept>) => {
    kept = { ...kept, ...next };
    localStorage.setItem(key, JSON.stringify(kept));
    changed();
  };

  async function sendNext(): Promise<boolean> {
    const [first] = kept.waiting;
    if (!first) return false;
    try {
      await api.deliver(first.method, first.path, first.body);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const { waiting, refused } = kept;
      const why = error.message;
      keep({
        waiting: waiting.filter(({ id }) => id !== first.id),
        refused: [...refused, { ...first, why }],
      });
      heard();
      return true;
    }
    keep({ waiting: kept.waiting.filter(({ id }) => id !== first.id) });
    heard();
    return true;
  }

  async function sendFixes(): Promise<boolean> {
    const batch = kept.fixes.slice(0, FIXES_SENT);
    if (batch.length === 0) return false;
    // Of positions that are refused the last good one stays: nothing is to be done about them here.
    await api.deliver("POST", "/positions", { positions: batch }).catch((error) => {
      if (!isRefusal(error)) throw error;
    });
    keep({ fixes: kept.fixes.filter((fix) => !batch.includes(fix)) });
    return true;
  }

  async function flush(): Promise<void> {
    clearTimeout(again);
    if (sending) return;
    sending = true;
    try {
      while (await sendNext());
      while (await sendFixes());
    } catch (error) {
      if (!isAbort(error)) again = window.setTimeout(() => void flush(), AGAIN_MS);
    } finally {
      sending = false;
    }
  }

  window.addEventListener("online", () => void flush());
  return {
    get waiting() {
      return kept.waiting;
    },
    get refused() {
      return kept.refused;
    },
    get fixes() {
      return kept.fixes;
    },
    put(done) {
      const others = kept.waiting.filter(({ only }) => !only || only !== done.only);
      keep({ waiting: [...others, done] });
      void flush();
    },
    putFix(fix) {
      keep({ fixes: [...kept.fixes, fix].slice(-FIXES_KEPT) });
      void flush();
    },
    forget: (id) => keep({ refused: kept.refused.filter((one) => one.id !== id) }),
    flush,
  };
}

/** The time at which something is done, by the service's clock. */
export const doneNow = () => now().toISOString();
