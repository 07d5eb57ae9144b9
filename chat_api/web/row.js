// One task as an element. What its buttons do is handed in.

import { el, icon } from "./dom.js";

const FRESH = 2_400; // as long as the animation in tasks.css

/**
 * `freshFor` says for how many milliseconds it has been pointed out, `parts` are the subtasks' elements, `act` has the commands complete, reopen, edit and menu.
 * `kind` is "task", "subtask" or "completed", and names the element for tests.
 */
export function taskRow(task, { kind, meta, parts = [], freshFor, act }) {
  const done = task.status === "completed";
  const title = el("p", { class: "task-title", text: task.title });
  const text = el("div", { class: "task-text", onclick: (event) => clicked(event, task, act) },
    title,
    task.notes && el("p", { class: "task-notes", text: task.notes }),
    meta.length && el("ul", { class: "task-meta" }, ...meta.map(metaItem)),
  );
  const fresh = freshFor < FRESH;
  const classes = ["task", done && "done", fresh && "fresh"].filter(Boolean).join(" ");
  const row = el("li", { class: classes, "data-testid": `${kind}-item`, "data-task-id": task.id, "data-priority": task.priority },
    done
      ? button(task, "reopen", "Reopen", "check", () => act.reopen(task))
      : button(task, "complete", "Complete", "check", () => act.complete(task)),
    text,
    button(task, "menu", "More for", "more", (event) => act.menu(task, event.currentTarget)),
    parts.length > 0 && el("ul", { class: "parts" }, ...parts),
  );
  // Drawn anew, it goes on where it was.
  if (fresh) row.style.animationDelay = `-${freshFor}ms`;
  return row;
}

/** A click on the words edits, unless it selected some of them. */
function clicked(event, task, act) {
  if (event.target.closest("button, a") || String(getSelection())) return;
  act.edit(task);
}

function button(task, action, verb, symbol, run) {
  return el("button", {
    type: "button",
    class: `icon-button ${action === "menu" ? "more" : action}`,
    title: action === "menu" ? "More" : verb,
    "aria-label": `${verb}: ${task.title}`.replace("More for:", "More for"),
    "aria-haspopup": action === "menu" && "menu",
    "data-testid": `task-${action}`,
    "data-focus": `${action} ${task.id}`,
    onclick: run,
  }, icon(symbol));
}

function metaItem({ icon: symbol, text, kind, iso, absolute }) {
  const words = iso ? el("time", { datetime: iso, title: absolute, "data-absolute": absolute, text }) : el("span", { text });
  return el("li", { class: kind }, symbol && icon(symbol), words);
}
