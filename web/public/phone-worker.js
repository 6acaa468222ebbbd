/**
 * Opens the page where there is no network, as it was kept when there was one: see src/phone/offline.ts. What the
 * service answers is never kept here.
 */
const KEPT = "xunge-page";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const start = new URL("./", self.location.href);
  const url = new URL(request.url);
  const ours = url.origin === start.origin && url.pathname.startsWith(start.pathname);
  const file = url.pathname.slice(start.pathname.length);
  if (request.method !== "GET" || !ours) return;
  if (request.mode !== "navigate" && !/^(assets\/|icon\.svg$)/.test(file)) return;
  const kept = async (error) => {
    const page = await caches.open(KEPT);
    const answer = await page.match(request.mode === "navigate" ? start.href : url.href);
    if (answer) return answer;
    throw error;
  };
  event.respondWith(fetch(request).catch(kept));
});
