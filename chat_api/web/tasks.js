// The list of tasks, grouped by when they are due.

import { el, hook, icon, part, touchFirst } from "./dom.js";
import { describe } from "./recurrence.js";
import { clock, dayAndClock, daysFrom, nearby, timeZone } from "./time.js";
import { toast } from "./toast.js";

const GROUPS = [
  ["overdue", "Overdue"],
  ["today", "Today"],
  ["tomorrow", "Tomorrow"],
  ["week", "Next 7 days"],
  ["later", "Later"],
  ["undated", "Whenever"],
];
const COMPLETED_SHOWN = 30;
// A change comes back from the workers (armed reminder, next occurrence) a moment after its answer.
const ECHOES = [1_200, 4_000];
const TICK = 15_000;

export class Tasks {
  #client;
  #signal;
  #view;
  #onSettled;
  #open = [];
  #completed = [];
  #loaded = false;
  #drawn = "";
  #fresh = new Set();
  #timers = [];
  #asked = 0;

  /** `onSettled` runs with the id of a task that was completed or deleted here. */
  constructor(view, client, signal, { onSettled }) {
    this.#view = view;
    this.#client = client;
    this.#signal = signal;
    this.#onSettled = onSettled;
    part(view, "zone").textContent = `Times are shown in ${timeZone().replaceAll("_", " ")} time.`;
    const tick = setInterval(() => this.#draw(), TICK);
    signal.addEventListener("abort", () => [tick, ...this.#timers].forEach(clearTimeout));
  }

  /** Read both lists again. A failure is shown above the list. */
  async refresh() {
    const asked = ++this.#asked;
    try {
      const [open, completed] = await Promise.all([this.#client.tasks("open"), this.#client.tasks("completed")]);
      // A later request has overtaken this one.
      if (asked !== this.#asked) return;
      this.#open = open;
      this.#completed = completed.sort((a, b) => b.updated_at.localeCompare(a.updated_at));
      this.#loaded = true;
      this.#showError("");
      this.#draw();
    } catch (error) {
      if (!this.#signal.aborted) this.#showError(`The tasks could not be read. ${error.message}`);
    }
  }

  /** Read now and again shortly, when the workers have caught up. `changed` are ids to point out. */
  refreshSoon(changed = []) {
    for (const id of changed) this.#fresh.add(id);
    this.#timers.forEach(clearTimeout);
    this.refresh().then(() => this.#fresh.clear());
    this.#timers = ECHOES.map((delay) => setTimeout(() => this.refresh(), delay));
  }

  #showError(text) {
    const node = part(this.#view, "task-error");
    node.textContent = text;
    node.hidden = !text;
  }

  #draw() {
    if (!this.#loaded) return;
    const now = new Date();
    const items = this.#open.map((task) => ({ task, group: groupOf(task, now), meta: metaOf(task, now) }));
    // Drawing anew moves a screen reader's place: only when something is different.
    const picture = JSON.stringify([items, this.#completed]);
    if (picture === this.#drawn) return;
    this.#drawn = picture;
    const focused = document.activeElement?.dataset.focus;

    const groups = GROUPS.map(([key, name]) => this.#group(key, name, items.filter((item) => item.group === key)));
    hook(this.#view, "task-list").replaceChildren(...(items.length ? groups.filter(Boolean) : [nothing()]));
    hook(this.#view, "completed-list").replaceChildren(
      ...this.#completed.slice(0, COMPLETED_SHOWN).map((task) => this.#completedItem(task)),
    );
    part(this.#view, "completed").hidden = this.#completed.length === 0;
    part(this.#view, "completed-count").textContent = this.#completed.length;
    part(this.#view, "count").textContent = items.length || "";

    if (focused) this.#view.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  #group(key, name, items) {
    if (!items.length) return null;
    const id = `group-${key}`;
    return el("section", { class: `group ${key}`, "aria-labelledby": id },
      el("h3", { id, text: name }),
      el("ul", { class: "task-group" }, ...items.sort(byDue).map((item) => this.#openItem(item))),
    );
  }

  #openItem({ task, meta }) {
    return el("li", { class: this.#fresh.has(task.id) ? "task fresh" : "task", "data-testid": "task-item", "data-task-id": task.id },
      this.#button(task, "complete", "Complete", "check", () => this.#setStatus(task, "completed")),
      el("div", { class: "task-text" },
        el("p", { class: "task-title", text: task.title }),
        task.notes && el("p", { class: "task-notes", text: task.notes }),
        meta.length && el("ul", { class: "task-meta" }, ...meta.map(metaItem)),
      ),
      this.#button(task, "delete", "Delete", "trash", () => this.#delete(task)),
    );
  }

  #completedItem(task) {
    return el("li", { class: "task", "data-testid": "completed-item", "data-task-id": task.id },
      this.#button(task, "reopen", "Reopen", "undo", () => this.#setStatus(task, "open")),
      el("div", { class: "task-text" }, el("p", { class: "task-title", text: task.title })),
      this.#button(task, "delete", "Delete", "trash", () => this.#delete(task)),
    );
  }

  #button(task, action, verb, symbol, run) {
    return el("button", {
      type: "button",
      class: `icon-button ${action}`,
      title: verb,
      "aria-label": `${verb}: ${task.title}`,
      "data-testid": `task-${action}`,
      "data-focus": `${action} ${task.id}`,
      onclick: run,
    }, icon(symbol));
  }

  async #setStatus(task, status) {
    const done = status === "completed";
    const changed = await this.#change(task, () => this.#client.setStatus(task.id, status));
    if (!changed) return;
    if (done) this.#onSettled(task.id);
    if (done && changed.status === "open") {
      toast(`Done. “${task.title}” is next due ${dayAndClock(new Date(changed.due_at))}.`);
      return;
    }
    const action = { label: "Undo", run: () => this.#setStatus(task, done ? "open" : "completed") };
    toast(done ? `Completed “${task.title}”` : `“${task.title}” is open again`, { action });
  }

  async #delete(task) {
    if (!(await this.#change(task, () => this.#client.deleteTask(task.id)))) return;
    this.#onSettled(task.id);
    toast(`Deleted “${task.title}”`, { action: { label: "Undo", run: () => this.#restore(task) } });
  }

  /** Make a deleted task anew, with the reminders that were still to come. */
  async #restore(task) {
    const { title, notes, priority, tags, due_at, recurrence } = task;
    const ahead = ({ status, due_at: at }) => (status === "pending" || status === "scheduled") && new Date(at) > new Date();
    const reminders = task.reminders.filter(ahead).map((reminder) => reminder.due_at);
    try {
      const copy = await this.#client.createTask({ title, notes: notes ?? "", priority, tags, due_at, recurrence, reminders, timezone: timeZone() });
      if (task.status === "completed") await this.#client.setStatus(copy.id, "completed");
      this.refreshSoon([copy.id]);
    } catch (error) {
      if (!this.#signal.aborted) toast(`“${title}” could not be brought back. ${error.message}`);
    }
  }

  /** Carry out a change of one task and read the lists again; its answer, or null when it did not work. */
  async #change(task, run) {
    const item = this.#view.querySelector(`[data-task-id="${CSS.escape(task.id)}"]`);
    if (item?.ariaBusy === "true") return null;
    const neighbour = item && focusAfter(item);
    const held = item?.contains(document.activeElement);
    if (item) item.ariaBusy = "true";
    let answer = {};
    try {
      answer = (await run()) ?? answer;
    } catch (error) {
      if (this.#signal.aborted) return null;
      if (error.status !== 404) {
        if (item) item.ariaBusy = "false";
        toast(`“${task.title}” was not changed. ${error.message}`);
        return null;
      }
    }
    this.#open = this.#open.filter((other) => other.id !== task.id);
    this.#completed = this.#completed.filter((other) => other.id !== task.id);
    this.#draw();
    if (held) this.#focus(neighbour);
    this.refreshSoon();
    return answer;
  }

  #focus(key) {
    const next = key && this.#view.querySelector(`[data-focus="${CSS.escape(key)}"]`);
    (next || this.#view.querySelector("#tasks-heading")).focus({ preventScroll: touchFirst() });
  }
}

/** The focus key of the same button on the next task, or on the one before. */
function focusAfter(item) {
  const all = [...item.closest(".tasks").querySelectorAll(".task")].filter((other) => other.checkVisibility?.() ?? true);
  const at = all.indexOf(item);
  return (all[at + 1] ?? all[at - 1])?.querySelector("button").dataset.focus;
}

function groupOf(task, now) {
  if (!task.due_at) return "undated";
  const due = new Date(task.due_at);
  if (due <= now) return "overdue";
  const days = daysFrom(now, due);
  if (days <= 1) return days === 0 ? "today" : "tomorrow";
  return days <= 7 ? "week" : "later";
}

function byDue(a, b) {
  const due = ({ task }) => (task.due_at ? Date.parse(task.due_at) : Infinity);
  const rank = ({ task }) => task.priority ?? 4;
  if (due(a) !== due(b)) return due(a) - due(b);
  return rank(a) - rank(b) || a.task.created_at.localeCompare(b.task.created_at);
}

/** What is said under a title: [{icon, text, kind}]. */
function metaOf(task, now) {
  const meta = [];
  const due = task.due_at && new Date(task.due_at);
  if (due) {
    const days = daysFrom(now, due);
    // Under "Today" and "Tomorrow" the day is said already; seconds matter only while they are waited for.
    const when = days === 0 || days === 1 ? clock(due, { exact: nearby(due, now) && due > now }) : capital(dayAndClock(due, now));
    meta.push({ icon: "clock", kind: "due", text: [when, nearby(due, now)].filter(Boolean).join(" · ") });
  }
  meta.push(...task.reminders.filter((reminder) => reminder.status !== "cancelled").map((reminder) => reminderMeta(reminder, due, now)));
  if (task.recurrence) meta.push({ icon: "repeat", kind: "repeat", text: describe(task.recurrence) });
  if (task.priority && task.priority < 4) meta.push({ icon: "flag", kind: `priority-${task.priority}`, text: `Priority ${task.priority}` });
  meta.push(...task.tags.map((tag) => ({ kind: "tag", text: `#${tag}` })));
  return meta;
}

function reminderMeta(reminder, due, now) {
  const fired = reminder.status === "fired";
  const at = new Date((fired && reminder.fired_at) || reminder.due_at);
  if (reminder.status === "pending") return { icon: "bell", kind: "pending", text: "Setting the reminder…" };
  // At the due time, within the minute that is shown, the time need not be said again.
  const same = due && Math.abs(at - due) < 60_000;
  const when = daysFrom(due || now, at) === 0 ? clock(at) : dayAndClock(at, now);
  if (fired) return { icon: "bell", kind: "fired", text: same ? "Reminded" : `Reminded ${when}` };
  return { icon: "bell", kind: "scheduled", text: same ? "Reminder set" : `Reminder ${when}` };
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

function metaItem({ icon: symbol, text, kind }) {
  return el("li", { class: kind }, symbol && icon(symbol), el("span", { text }));
}

function nothing() {
  return el("div", { class: "nothing" },
    el("p", { class: "nothing-title", text: "Nothing to do" }),
    el("p", { text: "What you ask to be reminded of shows up here." }),
  );
}
