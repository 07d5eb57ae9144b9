// The board of tasks: reads them, draws them by when they are due, and keeps the focus where it was.

import { Actions } from "./actions.js";
import { Families } from "./families.js";
import { Filters } from "./filters.js";
import { el, hook, part, touchFirst } from "./dom.js";
import { Lists } from "./lists.js";
import { GROUPS, dueOf, groupOf, metaOf } from "./meta.js";
import { taskRow } from "./row.js";
import { timeZone } from "./time.js";
import { toast } from "./toast.js";

const PAGE = 100;
const PAGE_LIMIT = 500;
// A change comes back from the workers (armed reminder, next occurrence) a moment after its answer. The stream tells so;
// this is for when it is interrupted just then.
const ECHOES = [1_200, 4_000];
// Several changes in quick succession are read together.
const GATHER = 50;
const BETWEEN = 500;
const TICK = 15_000;

export class Tasks {
  #client;
  #signal;
  #view;
  #onSettled;
  #families;
  #open = [];
  #completed = [];
  #next = { open: undefined, completed: undefined };
  /** How many are read, at least. */
  #wanted = { open: PAGE, completed: PAGE };
  #loaded = false;
  #drawn = "";
  /** Task id → when it was pointed out. */
  #fresh = new Map();
  #timers = [];
  #asked = 0;
  /** Of changes: {at: when they were last read, timer, reading, again}. */
  #heard = { at: 0 };
  #subtaskForm = null;

  /** `onSettled` runs with the id of a task that was completed or deleted here; `openEditor` with a task, or what a new one begins with. */
  constructor(view, client, signal, { onSettled, openEditor }) {
    this.#view = view;
    this.#client = client;
    this.#signal = signal;
    this.#onSettled = onSettled;
    this.#families = new Families(client);
    this.actions = new Actions(client, signal, this, { openEditor });
    this.filters = new Filters(view, { onChange: () => this.refresh() });
    this.lists = new Lists(view, client, signal, {
      onChosen: (name) => {
        this.filters.list = name;
        this.refresh();
      },
      onDone: (text) => this.actions.said(text),
    });
    part(view, "zone").textContent = `Times are shown in ${timeZone().replaceAll("_", " ")} time.`;
    part(view, "completed").addEventListener("toggle", () => this.refresh());
    hook(view, "load-more").addEventListener("click", () => this.#more("open"));
    hook(view, "completed-more").addEventListener("click", () => this.#more("completed"));
    this.#wireQuickAdd();
    const tick = setInterval(() => this.#draw(), TICK);
    signal.addEventListener("abort", () => [tick, this.#heard.timer, ...this.#timers].forEach(clearTimeout));
  }

  /** Read what is shown again. A failure is shown above the list. */
  async refresh({ echo = false } = {}) {
    const asked = ++this.#asked;
    try {
      const wantsCompleted = part(this.#view, "completed").open;
      const [open, completed] = await Promise.all([
        this.#read("open"),
        wantsCompleted ? this.#read("completed") : null,
        echo ? null : this.lists.load(),
      ]);
      if (!echo) await this.#families.load(open.tasks);
      // A later request has overtaken this one.
      if (asked !== this.#asked) return;
      this.#open = open.tasks;
      this.#next.open = open.next;
      this.#completed = (completed?.tasks ?? []).sort((a, b) => b.updated_at.localeCompare(a.updated_at));
      this.#next.completed = completed?.next;
      this.#loaded = true;
      this.#showError("");
      this.#draw();
    } catch (error) {
      if (!this.#signal.aborted) this.#showError(`The tasks could not be read. ${error.message}`);
    }
  }

  async #read(status) {
    const wanted = this.#wanted[status];
    let { data: tasks, next } = await this.#client.tasks({ status, ...this.filters.params(), limit: Math.min(wanted, PAGE_LIMIT) });
    while (next && tasks.length < wanted) {
      const page = await this.#client.page(next);
      tasks = [...tasks, ...page.data];
      next = page.next;
    }
    return { tasks, next };
  }

  /** Read a page more. All is read again: a reading that began before would otherwise end later, and take it away. */
  #more(status) {
    this.#wanted[status] = (status === "open" ? this.#open : this.#completed).length + PAGE;
    return this.refresh();
  }

  /** Read now and again shortly, when the workers have caught up. `changed` are ids to point out. */
  refreshSoon(changed = []) {
    for (const id of changed) this.#fresh.set(id, Date.now());
    this.#timers.forEach(clearTimeout);
    this.refresh();
    this.#timers = ECHOES.map((delay) => setTimeout(() => this.refresh({ echo: true }), delay));
  }

  /** The stream says that tasks have changed, here or elsewhere. A page that nobody sees reads them when it is seen again. */
  heardOfChanges() {
    if (this.#heard.timer || document.visibilityState === "hidden") return;
    if (this.#heard.reading) {
      this.#heard.again = true;
      return;
    }
    const wait = Math.max(GATHER, this.#heard.at + BETWEEN - Date.now());
    this.#heard.timer = setTimeout(async () => {
      this.#heard = { at: Date.now(), reading: true };
      await this.refresh();
      const { at, again } = this.#heard;
      this.#heard = { at };
      if (again) this.heardOfChanges();
    }, wait);
  }

  /** It was completed or deleted: its reminders have served. */
  settled(taskId) {
    this.#onSettled(taskId);
  }

  /** The open tasks that are shown, by id. */
  find(taskId) {
    return this.#families.partWithId(taskId) ?? [...this.#open, ...this.#completed].find((task) => task.id === taskId);
  }

  /** Carry out a change of one task and read the lists again; its answer, or null when it did not work. */
  async change(task, run, { leaves = false } = {}) {
    const item = this.#row(task.id);
    if (item?.ariaBusy === "true") return null;
    const neighbour = item && focusAfter(item);
    const held = item?.contains(document.activeElement) || document.activeElement === document.body;
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
      leaves = true;
    }
    if (leaves) {
      this.#open = this.#open.filter((other) => other.id !== task.id);
      this.#completed = this.#completed.filter((other) => other.id !== task.id);
      this.#families.forget(task.id);
      this.#draw();
      if (held) this.#focus(neighbour);
    } else if (item) {
      item.ariaBusy = "false";
    }
    this.refreshSoon();
    return answer;
  }

  /** Open a field under the task for new subtasks. */
  startSubtask(task) {
    const input = el("input", { class: "quiet-field", maxlength: 500, autocomplete: "off", placeholder: "Add a subtask", "aria-label": `New subtask of ${task.title}`, "data-testid": "subtask-input", "data-focus": `new part ${task.id}` });
    const end = () => {
      this.#subtaskForm = null;
      this.#draw();
    };
    const submit = async (event) => {
      event.preventDefault();
      const title = input.value.trim();
      if (!title) return end();
      input.value = "";
      const added = await this.actions.add({ title, parent_id: task.id });
      if (added) this.#families.expect(task.id);
      else input.value ||= title;
    };
    const keydown = (event) => {
      if (event.key !== "Escape") return;
      end();
      this.#focus(`complete ${task.id}`);
    };
    this.#subtaskForm = { parent: task.id, node: el("li", { class: "subtask-add" }, el("form", { onsubmit: submit, onkeydown: keydown, onfocusout: () => !input.value && setTimeout(() => !input.matches(":focus") && this.#subtaskForm?.parent === task.id && end(), 200) }, input)) };
    this.#draw();
    input.focus();
  }

  #wireQuickAdd() {
    const form = hook(this.#view, "quick-add");
    const input = hook(this.#view, "quick-add-input");
    let key = crypto.randomUUID?.();
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const title = input.value.trim();
      if (!title) return;
      input.value = "";
      const added = await this.actions.add({ title, list: this.filters.list }, key);
      // The same key again only for the same attempt: a repetition then adds nothing twice.
      if (added) key = crypto.randomUUID?.();
      else input.value ||= title;
    });
    input.addEventListener("input", () => (key = crypto.randomUUID?.()));
    hook(this.#view, "quick-add-details").addEventListener("click", () => {
      const title = input.value.trim();
      this.actions.edit({ title, list: this.filters.list }).then((added) => added && (input.value = ""));
    });
  }

  #showError(text) {
    const node = part(this.#view, "task-error");
    node.textContent = text;
    node.hidden = !text;
  }

  #draw() {
    if (!this.#loaded) return;
    const now = new Date();
    const ids = new Set(this.#open.map((task) => task.id));
    const tops = this.#open
      .filter((task) => !ids.has(task.parent_id))
      .map((task) => ({ task, group: groupOf(task, now), ...this.#dress(task, now) }))
      .filter(({ group }) => this.filters.keeps(group));
    // Drawing anew moves a screen reader's place: only when something is different.
    const picture = JSON.stringify([tops, this.#completed, this.#next, this.filters.narrowed, this.filters.sort, this.#subtaskForm?.parent]);
    if (picture === this.#drawn) return;
    this.#drawn = picture;
    const focused = document.activeElement?.dataset?.focus;

    this.filters.offer(this.#open.flatMap((task) => task.tags));
    const groups = this.filters.sort === "due" ? GROUPS.map(([key, name]) => this.#group(key, name, tops.filter(({ group }) => group === key).sort(byDue))) : [this.#plain(tops)];
    hook(this.#view, "task-list").replaceChildren(...(tops.length ? groups.filter(Boolean) : [this.#nothing()]));
    hook(this.#view, "completed-list").replaceChildren(...this.#completed.map((task) => this.#item(task, "completed", { meta: metaOf(task, now).filter(({ kind }) => kind === "tag" || kind === "next") })));
    hook(this.#view, "load-more").hidden = !this.#next.open;
    hook(this.#view, "completed-more").hidden = !this.#next.completed;
    if (!this.filters.narrowed && !this.filters.list) part(this.#view, "count").textContent = tops.length ? `${tops.length}${this.#next.open ? "+" : ""}` : "";

    if (focused) this.#view.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  /** What is shown of a task: its words, and its subtasks with theirs. */
  #dress(task, now) {
    const parts = this.#families.partsOf(task.id, this.#open);
    const parent = task.parent_id && (this.#families.titleOf(task.parent_id) ?? "another task");
    return {
      meta: metaOf(task, now, { parent, parts, list: !this.filters.list }),
      parts: parts.map((one) => ({ task: one, meta: one.status === "completed" ? [] : metaOf(one, now) })),
    };
  }

  #group(key, name, items) {
    if (!items.length) return null;
    const id = `group-${key}`;
    return el("section", { class: `group ${key}`, "aria-labelledby": id }, el("h3", { id, text: name }), this.#plain(items));
  }

  #plain(items) {
    return el("ul", { class: "task-group" }, ...items.map(({ task, meta, parts }) => {
      const rows = parts.map((one) => this.#item(one.task, "subtask", one));
      if (this.#subtaskForm?.parent === task.id) rows.push(this.#subtaskForm.node);
      return this.#item(task, "task", { meta, parts: rows });
    }));
  }

  #item(task, kind, { meta, parts }) {
    return taskRow(task, { kind, meta, parts, freshFor: Date.now() - this.#fresh.get(task.id), act: this.actions });
  }

  #nothing() {
    if (this.filters.narrowed) {
      return el("div", { class: "nothing" },
        el("p", { class: "nothing-title", text: "Nothing matches" }),
        el("button", { type: "button", class: "link", "data-testid": "nothing-clear", text: "Show everything", onclick: () => this.filters.clear() }),
      );
    }
    return el("div", { class: "nothing" },
      el("p", { class: "nothing-title", text: "Nothing to do" }),
      el("p", { text: this.filters.list ? "Add something to this list above." : "What you ask to be reminded of shows up here." }),
    );
  }

  #row(taskId) {
    return this.#view.querySelector(`[data-task-id="${CSS.escape(taskId)}"]`);
  }

  #focus(key) {
    const next = key && this.#view.querySelector(`[data-focus="${CSS.escape(key)}"]`);
    (next || this.#view.querySelector("#tasks-heading")).focus({ preventScroll: touchFirst() });
  }
}

/** The focus key of the next task's first button, or of the one before. */
function focusAfter(item) {
  const all = [...item.closest(".tasks").querySelectorAll(".task")].filter((other) => other.checkVisibility?.() ?? true);
  const rest = all.filter((other) => other === item || !item.contains(other));
  const at = rest.indexOf(item);
  return (rest[at + 1] ?? rest[at - 1])?.querySelector("button").dataset.focus;
}

function byDue(a, b) {
  // A day comes before its times.
  const due = ({ task }) => {
    const found = dueOf(task);
    return found ? (found.allDay ? found.date.setHours(0, 0, 0, 0) : found.date.getTime()) : Infinity;
  };
  const rank = ({ task }) => task.priority ?? 4;
  if (due(a) !== due(b)) return due(a) - due(b);
  return rank(a) - rank(b) || a.task.created_at.localeCompare(b.task.created_at);
}
