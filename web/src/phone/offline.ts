/**
 * The phone's page opens also where there is no network: its files are kept by the browser, and who it is and
 * what county by this page. Browsers allow it over HTTPS only.
 */
import type { Matter, Session, Status } from "../base/types";
import { store } from "../state";

const KEPT = "xunge-page";
const START_KEY = "xunge.phone.start";

interface Start {
  session: Session;
  status: Status;
  matters: Matter[];
}

/** What the page was made of this time, and nothing of former versions. */
async function keepFiles(): Promise<void> {
  const start = new URL("./", location.href);
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const files = loaded.filter((url) => url.startsWith(`${start.href}assets/`));
  const wanted = [start.href, `${start.href}icon.svg`, ...files];
  const page = await caches.open(KEPT);
  await page.addAll(wanted);
  for (const { url } of await page.keys()) if (!wanted.includes(url)) await page.delete(url);
  await navigator.serviceWorker.register(new URL("phone-worker.js", start), { scope: start.href });
  await navigator.serviceWorker.ready;
}

/** Keeps what is needed to open the page again; says whether the browser does. */
export async function keepPage(): Promise<boolean> {
  const { session, status, matters } = store.state;
  if (session && status) {
    localStorage.setItem(START_KEY, JSON.stringify({ session, status, matters } satisfies Start));
  }
  if (!("serviceWorker" in navigator) || !navigator.onLine) return false;
  try {
    await keepFiles();
    return true;
  } catch {
    // The page works as before; only it can't be opened without a network.
    return false;
  }
}

/** Who this is and where, as it was known last; false where that was never. */
export function restoreStart(): boolean {
  try {
    const { session, status, matters } = JSON.parse(localStorage.getItem(START_KEY) ?? "") as Start;
    store.set({ session, status, matters });
    return true;
  } catch {
    return false;
  }
}
