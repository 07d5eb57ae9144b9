// Reminders when the page is closed: registers the service worker and tells the server where this browser is reached.

import { call } from "./api.js";

let worker = null;

/** Whether this browser can do it at all. A page that did not come over https (or from this machine) cannot. */
export const pushPossible = () =>
  isSecureContext && "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;

/**
 * Subscribe this browser, or make sure that the subscription it has is the user's who is logged in.
 * True when reminders will arrive with the page closed; false when they cannot, for whatever reason: the page works on.
 */
export async function subscribeToPush(signal) {
  if (!pushPossible() || Notification.permission !== "granted") return false;
  try {
    const { public_key: key } = await call("GET", "/push/key", { signal });
    worker = await registerWorker();
    const subscription = await subscriptionFor(worker, key);
    await call("POST", "/push/subscriptions", { body: subscription.toJSON(), signal });
    return true;
  } catch (error) {
    // Not set up on the server, no push service for this browser, or one that the server does not send to.
    if (!signal?.aborted) console.info("No notifications with the page closed:", error.message);
    return false;
  }
}

/** Before a log-out: whoever uses this browser next shall not read this user's reminders. */
export async function leavePush() {
  try {
    const registration = await navigator.serviceWorker?.getRegistration("/");
    const subscription = await registration?.pushManager.getSubscription();
    if (!subscription) return;
    await call("POST", "/push/unsubscribe", { body: { endpoint: subscription.endpoint } }).finally(() => subscription.unsubscribe());
  } catch (error) {
    console.info("This browser may still get reminders:", error.message);
  }
}

/** Have the service worker show it, under the tag that a push of the same item has: one takes the other's place. */
export function showThroughWorker(item) {
  if (!worker?.active) return false;
  worker.active.postMessage({ type: "show", item });
  return true;
}

/** Run `onChange` when a button on a notification changed something. */
export function followWorker(onChange, signal) {
  const heard = (event) => event.data?.type === "reminders-changed" && onChange();
  navigator.serviceWorker?.addEventListener("message", heard, { signal });
}

async function registerWorker() {
  await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
  return navigator.serviceWorker.ready;
}

async function subscriptionFor(registration, key) {
  const known = await registration.pushManager.getSubscription();
  if (known && base64url(known.options.applicationServerKey) === key) return known;
  // Made for another server key: pushes signed with ours would be refused.
  await known?.unsubscribe();
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function base64url(buffer) {
  if (!buffer) return "";
  const text = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
