// What can be done with a task: the command, the toast with its undo, and the questions in between.

import { ask } from "./dialog.js";
import { doneWords, dueOf, dueWords } from "./meta.js";
import { openMenu } from "./menu.js";
import { dayField, daysLater, timeZone } from "./time.js";
import { toast } from "./toast.js";

const MORNING = 9;
const EVENING = 18;

export class Actions {
  #client;
  #signal;
  #board;
  #openEditor;

  /** `board` shows the tasks (tasks.js); `openEditor` runs with a task and resolves when the dialog is closed. */
  constructor(client, signal, board, { openEditor }) {
    this.#client = client;
    this.#signal = signal;
    this.#board = board;
    this.#openEditor = openEditor;
  }

  /** Take the last change back, from wherever it came. */
  undo = async () => {
    try {
      const { said, tasks } = await this.#client.undo();
      toast(said);
      this.#board.refreshSoon(tasks.map((task) => task.id));
    } catch (error) {
      if (this.#signal.aborted) return;
      toast(error.status === 404 ? "There is nothing to take back." : `Nothing was taken back. ${error.message}`);
    }
  };

  /** Say what was done, with a way back. */
  said(text) {
    toast(text, { action: { label: "Undo", run: this.undo } });
  }

  edit = (task) => this.#openEditor(task);

  complete = async (task) => {
    const changed = await this.#board.change(task, () => this.#client.completeTask(task), { leaves: true });
    if (!changed) return;
    this.#board.settled(task.id);
    this.said(doneWords(task.title, changed));
  };

  reopen = async (task) => {
    const changed = await this.#board.change(task, () => this.#client.updateTask(task.id, { status: "open" }), { leaves: true });
    if (changed) this.said(`“${task.title}” is open again`);
  };

  remove = async (task) => {
    if (!(await this.#board.change(task, () => this.#client.deleteTask(task.id), { leaves: true }))) return;
    this.#board.settled(task.id);
    this.said(`Deleted “${task.title}”`);
  };

  skip = async (task) => {
    const changed = await this.#board.change(task, () => this.#client.skip(task.id));
    if (changed) this.said(`Skipped. “${task.title}” is next due ${dueWords(changed)}.`);
  };

  setPriority = async (task, priority) => {
    if (await this.#board.change(task, () => this.#client.updateTask(task.id, { priority }))) {
      this.said(priority ? `“${task.title}” has priority ${priority}` : `“${task.title}” has no priority`);
    }
  };

  /** Due at another time: {due_at} or {due_on}. */
  postpone = async (task, due) => {
    const scope = await this.askScope(task);
    if (!scope) return;
    const changed = await this.#board.change(task, () => this.#client.updateTask(task.id, { ...due, ...scope }));
    if (changed) this.said(`“${task.title}” is due ${dueWords(changed)}`);
  };

  /** What to send along when a task moves: {} or {scope}; null when the person thought better of it. */
  async askScope(task) {
    if (!task.recurrence) return {};
    const scope = await ask({
      title: "Move only this one?",
      text: `“${task.title}” repeats.`,
      choices: [{ value: "this", label: "Only this one" }, { value: "series", label: "The whole series", kind: "secondary" }],
    }, this.#signal);
    return scope ? { scope } : null;
  }

  /** Add a task from its fields; resolves with it, or null when that did not work. */
  async add(fields, key) {
    try {
      const task = await this.#client.createTask({ timezone: timeZone(), ...fields }, key);
      this.said(`Added “${task.title}”`);
      this.#board.refreshSoon([task.id]);
      return task;
    } catch (error) {
      if (!this.#signal.aborted) toast(`“${fields.title}” was not added. ${error.message}`);
      return null;
    }
  }

  menu = (task, anchor) => {
    const open = task.status === "open";
    openMenu(anchor, `More for ${task.title}`, [
      { label: "Edit…", testid: "menu-edit", run: () => this.edit(task) },
      open && !task.parent_id && { label: "Add a subtask", testid: "menu-subtask", run: () => this.#board.startSubtask(task) },
      open && task.recurrence && { label: "Skip this one", testid: "menu-skip", run: () => this.skip(task) },
      ...(open ? ["Move to", ...this.#times(task)] : []),
      { label: "Delete", kind: "danger", testid: "menu-delete", run: () => this.remove(task) },
    ]);
  };

  /** Only the times, for the shortcut. */
  moveMenu(task, anchor) {
    openMenu(anchor, `Move ${task.title}`, ["Move to", ...this.#times(task)]);
  }

  #times(task) {
    const now = new Date();
    const due = dueOf(task);
    const move = (label, testid, change) => ({ label, testid, run: () => this.postpone(task, change) });
    // A day stays a day; a time keeps to the clock; something without either gets the morning.
    const on = (days) => {
      if (due?.allDay) return { due_on: dayField(daysLater(now, days)) };
      const at = daysLater(now, days, due ? undefined : MORNING);
      if (due) at.setHours(due.date.getHours(), due.date.getMinutes(), due.date.getSeconds(), 0);
      return { due_at: at.toISOString() };
    };
    const untilMonday = ((8 - now.getDay()) % 7) || 7;
    return [
      move("In 1 hour", "menu-hour", { due_at: new Date(now.getTime() + 3_600_000).toISOString() }),
      now.getHours() < EVENING && move("This evening", "menu-evening", { due_at: daysLater(now, 0, EVENING).toISOString() }),
      move("Tomorrow", "menu-tomorrow", on(1)),
      move("Next Monday", "menu-week", on(untilMonday)),
    ];
  }
}
