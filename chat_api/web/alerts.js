// How a reminder is noticed when nobody looks at the page: a chime and a system notification.

import { soundWanted } from "./device.js";
import { showThroughWorker } from "./push.js";

let audio = null;

/** Browsers allow sound only after a gesture: make the audio context at the first one. */
export function prepareSound(signal) {
  const ready = () => {
    audio ??= globalThis.AudioContext ? new AudioContext() : null;
    if (audio?.state === "suspended") audio.resume().catch(() => {});
  };
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, ready, { signal, passive: true });
}

/** Two soft rising notes, about a second. Silent before the first gesture and when switched off. */
export function chime() {
  if (!audio || audio.state !== "running" || !soundWanted()) return;
  note(659.25, 0);
  note(880, 0.18);
}

function note(frequency, delay) {
  const start = audio.currentTime + delay;
  const oscillator = new OscillatorNode(audio, { type: "sine", frequency });
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.16, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0005, start + 0.9);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(start);
  oscillator.stop(start + 1);
}

/** "unsupported", or what the person answered: "default" (not asked), "granted", "denied". */
export const notificationState = () => globalThis.Notification?.permission ?? "unsupported";

/** Ask for permission; only ever called from a click. */
export const askForNotifications = () => Notification.requestPermission();

/** A system notification, unless the page is being looked at. */
export function notify(id, title, body) {
  if (notificationState() !== "granted" || document.hasFocus()) return;
  if (showThroughWorker({ id, kind: "reminder", title, body })) return;
  try {
    // The tag makes several tabs show one notification.
    const notification = new Notification(title, { body, tag: `reminder-${id}`, icon: "/static/favicon.svg" });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
  } catch {
    // Android's browsers have no notifications from a page: the card and the chime remain.
  }
}
