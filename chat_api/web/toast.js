// Short notices at the foot of the page, one at a time, with at most one action.

import { el } from "./dom.js";

const SHOWN_FOR = 7_000;

/** Say what happened. `action` is {label, run}; the notice stays while it is pointed at or focused. */
export function toast(text, { action } = {}) {
  const place = document.getElementById("toasts");
  let timer;
  const node = el("div", { class: "toast", "data-testid": "toast", onpointerenter: hold, onpointerleave: release, onfocusin: hold, onfocusout: release },
    el("span", { text }),
    action && el("button", { type: "button", class: "link", "data-testid": "toast-action", text: action.label, onclick: act }),
  );

  function hold() {
    clearTimeout(timer);
  }
  function release() {
    clearTimeout(timer);
    timer = setTimeout(() => node.remove(), SHOWN_FOR);
  }
  function act() {
    node.remove();
    action.run();
  }

  place.replaceChildren(node);
  release();
}

/** Take away what is shown. */
export const clearToasts = () => document.getElementById("toasts").replaceChildren();
