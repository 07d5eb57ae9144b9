// The service worker: shows a pushed reminder when no page of ours is looked at, and does what its buttons say.
// It keeps nothing of the API. Written against Push API, Notifications API and Service Workers; no imports, so that
// one file is the whole of it.

const SNOOZE_MINUTES = 10;
const ICON = "/static/favicon.svg";
const TIMEOUT = 10_000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => event.waitUntil(onPush(event.data)));
// A page that nobody looks at has the reminder already: the push that comes as well takes its place.
self.addEventListener("message", (event) => event.data?.type === "show" && event.waitUntil(show(event.data.item)));
self.addEventListener("notificationclick", (event) => event.waitUntil(onClick(event)));
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.respondWith(fetch(event.request).catch(offlineNotice));
});

async function onPush(data) {
  const item = read(data);
  // The page shows it by itself, and browsers ask for no notification while it is visible.
  if (await visiblePage()) return;
  await show(item);
}

/** What was pushed; something to show even if it cannot be read, for a browser insists on a notification. */
function read(data) {
  try {
    const item = data.json();
    if (Number.isInteger(item.id) && typeof item.title === "string") return item;
  } catch {
    // Said below.
  }
  return { id: null, kind: "reminder", title: "You have a reminder", body: "Open the page to see it.", due_at: null };
}

function show(item, { problem } = {}) {
  const isReminder = item.kind === "reminder";
  const due = item.due_at ? new Date(item.due_at) : null;
  const lines = [problem, due && isReminder ? `Due ${clock(due)}` : "", item.body].filter(Boolean);
  return self.registration.showNotification(item.title, {
    body: lines.join("\n"),
    // The same item again takes the place of the one that is shown.
    tag: item.id === null ? "reminder" : `reminder-${item.id}`,
    icon: ICON,
    badge: ICON,
    timestamp: due?.getTime() ?? Date.now(),
    requireInteraction: isReminder,
    data: item,
    actions:
      isReminder && item.task_id
        ? [
            { action: "done", title: "Done" },
            { action: "snooze", title: `Snooze ${SNOOZE_MINUTES} min` },
          ]
        : [],
  });
}

function clock(due) {
  const today = new Date().toDateString() === due.toDateString();
  const time = { hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(undefined, today ? time : { weekday: "short", day: "numeric", month: "short", ...time }).format(due);
}

async function onClick(event) {
  const item = event.notification.data ?? {};
  event.notification.close();
  if (event.action !== "done" && event.action !== "snooze") return openPage();
  try {
    await (event.action === "done" ? complete(item) : post(`/inbox/${item.id}/snooze`, { minutes: SNOOZE_MINUTES }));
    await tellPages();
  } catch (error) {
    if (error.status === 404) return; // its task is gone: nothing is left to be done
    const problem = error.status === 401 ? "You are logged out: open the page to log in." : "That did not work. Open the page, or try again.";
    await show(item, { problem });
  }
}

/** As on the page: a recurring task stands at its next occurrence by now; when none that rang is left to do, that is not meant. */
async function complete(item) {
  const task = await call("GET", `/tasks/${encodeURIComponent(item.task_id)}`);
  const movedOn = task.recurrence && Date.parse(task.due_at) > Date.parse(item.due_at) && !task.rang_at;
  const occurrence = task.occurrence && { occurrence: task.occurrence };
  if (!movedOn) await call("PATCH", `/tasks/${encodeURIComponent(item.task_id)}`, { status: "completed", ...occurrence });
  await post(`/inbox/${item.id}/acknowledge`);
}

const post = (path, body) => call("POST", path, body);

/** With the session's cookie, which is SameSite=Lax; the server also looks at the origin of every change. */
async function call(method, path, body) {
  const response = await fetch(`/api/v1${path}`, {
    method,
    credentials: "same-origin",
    cache: "no-store",
    headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!response.ok) throw Object.assign(new Error(`${method} ${path}: ${response.status}`), { status: response.status });
  return response.status === 204 ? null : response.json();
}

const pages = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

async function visiblePage() {
  return (await pages()).some((page) => page.visibilityState === "visible");
}

async function openPage() {
  const [page] = await pages();
  if (page) return page.focus();
  return self.clients.openWindow("/");
}

async function tellPages() {
  for (const page of await pages()) page.postMessage({ type: "reminders-changed" });
}

/** The browser gave the subscription another address: the server must hear of it, or pushes end. */
async function renew(event) {
  const old = event.oldSubscription;
  const options = old?.options ?? { userVisibleOnly: true, applicationServerKey: (await call("GET", "/push/key")).public_key };
  const fresh = event.newSubscription ?? (await self.registration.pushManager.subscribe(options));
  await post("/push/subscriptions", fresh.toJSON());
  if (old) await post("/push/unsubscribe", { endpoint: old.endpoint });
}

function offlineNotice() {
  const text = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Offline</title>
<body style="font:1.1rem/1.5 system-ui;margin:15vh auto;max-width:30rem;padding:0 1rem">
<h1>The assistant cannot be reached</h1>
<p>Your reminders are kept on the server and still arrive once it is back. <a href="/">Try again</a></p>`;
  return new Response(text, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
}
