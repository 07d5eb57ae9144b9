// Building elements. Text only ever goes in through textContent.

/** An element with attributes and children; `text` sets textContent, `onclick` and the like add listeners. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

const shown = new WeakMap();

/** Put these into the parent, unless they look as what is there; what has the focus keeps it. */
export function show(parent, ...children) {
  const fresh = el("div", {}, ...children);
  const look = fresh.innerHTML;
  if (shown.get(parent) === look) return;
  shown.set(parent, look);
  const before = parent.contains(document.activeElement) ? document.activeElement : null;
  const key = before?.dataset.focus;
  parent.replaceChildren(...fresh.childNodes);
  const after = key && parent.querySelector(`[data-focus="${CSS.escape(key)}"]`);
  if (!after) return;
  after.focus({ preventScroll: true });
  // What somebody is typing there is not lost.
  if (before.type === "search") [after.value, after.selectionStart, after.selectionEnd] = [before.value, before.selectionStart, before.selectionEnd];
}

/** A table of rows of cells; a cell is a text, a node, or {class, content}. */
export function table(caption, columns, rows, testid) {
  const cell = (content, column) => {
    const { class: kind = column.class, content: inside = content } = content?.content === undefined ? {} : content;
    return el("td", { class: kind }, inside ?? "");
  };
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", { "data-testid": testid },
      el("thead", {}, el("tr", {}, columns.map((column) => el("th", { scope: "col", class: column.class, text: column.name })))),
      el("tbody", {}, rows.map((row) => el("tr", row.attributes ?? {}, row.cells.map((content, index) => cell(content, columns[index])))))));
}

export const chip = (text, mood, attributes = {}) => el("span", { class: `chip ${mood ?? ""}`, ...attributes, text });

let timer;

/** Say something at the foot of the page for some seconds. */
export function say(text) {
  const said = byId("said");
  said.textContent = text;
  said.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => { said.hidden = true; }, 8000);
}
