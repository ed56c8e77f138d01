// Keeps the attendance sheets of today, so that they open while the network is gone. Nothing else of the site passes here, and
// what was kept on another day is thrown away: it holds names.

const today = () => new Date().toLocaleDateString("sv", { timeZone: "Asia/Seoul" });
const cacheName = () => `sheets-${today()}`;

const isSheet = (url) => /\/sheets\/[^/]+\/\d+$/.test(url.pathname);
const isPart = (url) => /^\/(pkg|fonts|img)\/|^\/islands\.js$|^\/icon\.svg$/.test(url.pathname);
// What a page asks for afterwards, and where in it one looks, make no other page of it.
const withoutQuery = (url) => url.origin + url.pathname;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), forgetOldDays()])));

async function forgetOldDays() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("sheets-") && name !== cacheName()).map((name) => caches.delete(name)));
}

// A page says what it consists of once it has been opened.
self.addEventListener("message", (event) => event.waitUntil(keep(event.data)));

async function keep({ page, parts }) {
  await forgetOldDays();
  const cache = await caches.open(cacheName());
  const url = new URL(page);
  if (isSheet(url)) await keepPage(cache, url, await fetch(url, { credentials: "same-origin" }));
  for (const part of parts) {
    const url = new URL(part);
    if (url.origin === self.location.origin && isPart(url) && !(await cache.match(part))) await cache.add(part);
  }
}

// Whoever isn't signed in any more is sent elsewhere: then nothing may be left here.
async function keepPage(cache, url, answer) {
  if (answer.redirected) await caches.delete(cacheName());
  else if (answer.ok) await cache.put(withoutQuery(url), answer);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && isSheet(url)) event.respondWith(page(event.request, url));
  else if (isPart(url)) event.respondWith(part(event.request));
});

async function page(request, url) {
  const cache = await caches.open(cacheName());
  try {
    const answer = await fetch(request);
    // A redirect is the browser's to follow: it leads to where one signs in.
    if (answer.type === "opaqueredirect") await caches.delete(cacheName());
    else if (answer.ok) await cache.put(withoutQuery(url), answer.clone());
    return answer;
  } catch (gone) {
    const kept = await cache.match(withoutQuery(url));
    if (kept) return kept;
    throw gone;
  }
}

async function part(request) {
  const cache = await caches.open(cacheName());
  return (await cache.match(request)) ?? fetch(request);
}
