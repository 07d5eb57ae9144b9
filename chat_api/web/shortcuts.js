// Single keys as shortcuts: never while somebody types, never with a modifier, and they can be switched off.

import { shortcutsWanted } from "./device.js";
import { hook, takesText } from "./dom.js";

const MOVES = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** The keys are listed for people in the page's help dialog. `goTo` shows the view of that name. */
export function wireShortcuts(view, signal, { tasks, goTo, openHelp }) {
  const { actions } = tasks;
  const rows = () => [...hook(view, "task-list").querySelectorAll(".task")];
  const here = () => document.activeElement?.closest?.(".tasks .task");
  const focusField = (name, testid) => {
    goTo(name);
    hook(view, testid).focus();
  };

  const anywhere = {
    "/": () => focusField("tasks", "task-search"),
    q: () => focusField("tasks", "quick-add-input"),
    n: () => focusField("chat", "chat-input"),
    c: () => focusField("chat", "chat-input"),
    u: actions.undo,
    "?": openHelp,
  };
  const onTask = {
    x: (task) => (task.status === "open" ? actions.complete(task) : actions.reopen(task)),
    e: actions.edit,
    s: (task, row) => task.status === "open" && actions.moveMenu(task, row.querySelector('[data-testid="task-menu"]')),
    Delete: actions.remove,
  };
  for (const digit of [0, 1, 2, 3, 4]) onTask[digit] = (task) => actions.setPriority(task, digit || null);

  /** The first button of the row before or after; the first row when none is focused. */
  function move(step) {
    goTo("tasks");
    const all = rows();
    const at = all.indexOf(here());
    const next = all[at < 0 ? 0 : at + step];
    next?.querySelector("button").focus();
  }

  function leave(field) {
    if (field.type === "search" && field.value) return;
    field.blur();
  }

  function pressed(event) {
    const { key, target } = event;
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open], .menu:popover-open")) return;
    if (takesText(target)) {
      if (key === "Escape") leave(target);
      return;
    }
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key.toLowerCase() === "z") {
      event.preventDefault();
      actions.undo();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !(key in MOVES) || !shortcutsWanted()) return;
    const row = here();
    const task = row && tasks.find(row.dataset.taskId);
    // The arrows scroll, unless a task is where the person is.
    const command = key in MOVES ? (key.length === 1 || row) && (() => move(MOVES[key])) : anywhere[key] ?? (task && onTask[key]);
    if (!command) return;
    event.preventDefault();
    command(task, row);
  }

  document.addEventListener("keydown", pressed, { signal });
}
