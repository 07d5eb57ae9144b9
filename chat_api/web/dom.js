// Building elements. Text only ever goes in through textContent.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with attributes and children. `text` sets textContent, `onclick` and the like add listeners;
 * attributes that are undefined, null or false are left out, and so are empty children.
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter(Boolean));
  return node;
}

/** A decorative icon from the page's sprite. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** The descendant marked data-part="name". */
export const part = (root, name) => root.querySelector(`[data-part="${name}"]`);

/** The descendant marked data-testid="name". */
export const hook = (root, name) => root.querySelector(`[data-testid="${name}"]`);

/** A fresh copy of a template's single root element. */
export const fromTemplate = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

/** On touch screens, focus in a text field opens the keyboard over half the page. */
export const touchFirst = () => matchMedia("(pointer: coarse)").matches;

/** Have a screen reader speak at once, whatever it is doing. */
export function announce(sentence) {
  document.getElementById("announcer").append(el("p", { text: sentence }));
  setTimeout(() => document.getElementById("announcer").firstElementChild?.remove(), 10_000);
}

/** Whether keys typed into this element are its own. */
export const takesText = (node) => Boolean(node?.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]"));

/** Remember what is focused; the answer brings the focus back there, or to the element that took its place. */
export function rememberFocus() {
  const node = document.activeElement;
  const key = node?.dataset?.focus;
  return () => {
    const now = node?.isConnected ? node : key && document.querySelector(`[data-focus="${CSS.escape(key)}"]`);
    now?.focus?.();
  };
}
