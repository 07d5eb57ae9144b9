// A menu that opens at a button: arrow keys move in it, Escape or a click elsewhere closes it.

import { el, rememberFocus } from "./dom.js";

const GAP = 4;

/** `items` are {label, run, testid, kind}; a string is a heading. */
export function openMenu(anchor, label, items) {
  anchor.focus();
  const back = rememberFocus();
  const menu = el("div", { class: "menu", popover: "auto", role: "menu", "aria-label": label, "data-testid": "menu", onkeydown: move },
    ...items.filter(Boolean).map((item) =>
      typeof item === "string"
        ? el("p", { class: "menu-heading", role: "presentation", text: item })
        : el("button", { type: "button", role: "menuitem", tabindex: "-1", class: item.kind, "data-testid": item.testid, text: item.label, onclick: () => choose(item) }),
    ),
  );
  const entries = [...menu.querySelectorAll("button")];
  let chosen = false;

  function choose(item) {
    chosen = true;
    menu.hidePopover();
    back();
    item.run();
  }

  function move(event) {
    const at = entries.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (event.key === "Tab") menu.hidePopover();
    if (to === undefined) return;
    event.preventDefault();
    entries[(to + entries.length) % entries.length].focus();
  }

  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    const inside = menu.contains(document.activeElement) || document.activeElement === document.body;
    menu.remove();
    if (inside && !chosen) back();
  });

  document.body.append(menu);
  menu.showPopover();
  place(menu, anchor.getBoundingClientRect());
  entries[0].focus();
}

/** Below the button, or above it where there is no room. */
function place(menu, box) {
  const { width, height } = menu.getBoundingClientRect();
  const below = box.bottom + GAP + height <= innerHeight;
  menu.style.top = `${Math.max(GAP, below ? box.bottom + GAP : box.top - GAP - height)}px`;
  menu.style.left = `${Math.max(GAP, Math.min(box.right - width, innerWidth - width - GAP))}px`;
}
