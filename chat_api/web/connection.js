// Says whether the page is live: a word in the bar, and a notice when it has not been for a while.

import { hook, part } from "./dom.js";

const WORDS = { connecting: "Connecting…", live: "Live", reconnecting: "Reconnecting…", offline: "Offline" };
const NOTICES = {
  offline: "You are offline. What you see may be out of date, and changes cannot be saved until you are back.",
  reconnecting: "The connection was lost; trying again. Reminders still fire, and will show here once it is back.",
};
// A server that starts again is back sooner than anybody needs to know.
const PATIENCE = 4_000;

/** A function that shows a state of the stream (live.js). */
export function connectionDisplay(view, signal) {
  let timer;
  let shown;
  signal.addEventListener("abort", () => clearTimeout(timer));
  return (state) => {
    // Each attempt in vain says it again: the waiting goes on from the first.
    if (state === shown) return;
    shown = state;
    const word = hook(view, "connection");
    word.dataset.state = state;
    word.textContent = WORDS[state];
    clearTimeout(timer);
    const notice = part(view, "offline");
    const say = () => {
      notice.textContent = NOTICES[state] ?? "";
      notice.hidden = !NOTICES[state];
    };
    if (state === "reconnecting") timer = setTimeout(say, PATIENCE);
    else say();
  };
}
