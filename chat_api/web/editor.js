// The dialog that changes a task, or makes a new one with every detail.

import { dialogFrom, show } from "./dialog.js";
import { el, hook, part } from "./dom.js";
import { dueOf } from "./meta.js";
import { commonRules, describe } from "./recurrence.js";
import { ReminderFields } from "./reminderfields.js";
import { dayField, timeField, timeZone } from "./time.js";

/** The words of a field of tags: without signs, each once. */
const tagsOf = (text) => [...new Set(text.split(/[\s,]+/).map((tag) => tag.replace(/^[#@]+/, "").toLowerCase()).filter(Boolean))];

/**
 * Edit a task, or make one when it has no id. `allDayAt` is when days ring, "09:00".
 * @returns {Promise<boolean>} whether something was saved
 * @throws {ApiError} the task cannot be read
 */
export async function openEditor(task, { client, signal, actions, board, lists, allDayAt }) {
  let etag;
  if (task.id) ({ data: task, etag } = await client.taskVersion(task.id));
  const dialog = await dialogFrom("editor-view");
  const form = dialog.querySelector("form");
  const field = form.elements;
  const due = dueOf(task);
  const reminders = new ReminderFields(part(dialog, "reminders"), { allDayAt });

  field.title.value = task.title ?? "";
  field.notes.value = task.notes ?? "";
  field.date.value = due ? dayField(due.date) : "";
  field.time.value = due && !due.allDay ? timeField(due.date) : "";
  field.priority.value = task.priority ?? "";
  field.tags.value = (task.tags ?? []).map((tag) => `#${tag}`).join(" ");
  field.list.value = task.list ?? "";
  field.fromCompletion.checked = Boolean(task.from_completion);
  part(dialog, "list-field").hidden = Boolean(task.parent_id);
  part(dialog, "list-names").append(...lists.names.map((name) => el("option", { value: name })));
  part(dialog, "heading").textContent = task.id ? "Edit task" : "New task";
  part(dialog, "editor-zone").textContent = `Without a time it is for the whole day. Times are in ${timeZone().replaceAll("_", " ")}.`;
  hook(dialog, "editor-delete").hidden = !task.id;
  reminders.fill(task.reminders ?? [], moment());
  showRules(task.recurrence ?? "");
  const before = facts();
  const remindersBefore = JSON.stringify(reminders.times(moment()));

  /** The chosen date and time: {date, allDay}; null without a date. */
  function moment() {
    if (!field.date.value) return null;
    return { date: new Date(`${field.date.value}T${field.time.value || allDayAt}`), allDay: !field.time.value };
  }

  function showRules(chosen) {
    const rules = commonRules(moment()?.date ?? new Date());
    if (chosen && !rules.some(({ rule }) => rule === chosen)) rules.push({ rule: chosen, label: describe(chosen) });
    field.repeat.replaceChildren(el("option", { value: "", text: "Does not repeat" }), ...rules.map(({ rule, label }) => el("option", { value: rule, text: label })));
    field.repeat.value = chosen;
    showRepeat();
  }

  function showRepeat() {
    part(dialog, "from-completion").hidden = !field.repeat.value;
  }

  function facts() {
    const when = moment();
    return {
      title: field.title.value.trim(),
      notes: field.notes.value.trim(),
      priority: Number(field.priority.value) || null,
      tags: tagsOf(field.tags.value),
      ...(!task.parent_id && { list: field.list.value.trim() || null }),
      due_at: when && !when.allDay ? sameMinute(when.date, due) : null,
      due_on: when?.allDay ? field.date.value : null,
      recurrence: field.repeat.value || null,
      from_completion: Boolean(field.repeat.value) && field.fromCompletion.checked,
    };
  }

  /** Only what is different; a date that goes is named by the field that had it. */
  function changes() {
    const now = facts();
    const changed = Object.fromEntries(Object.entries(now).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));
    if (changed.due_at) delete changed.due_on;
    if (changed.due_on) delete changed.due_at;
    const times = reminders.times(moment());
    const ringsChanged = reminders.touched && JSON.stringify(times) !== remindersBefore;
    if (ringsChanged) changed.reminders = times;
    // A rule follows the date it begins at.
    if (changed.recurrence && field.time.value) changed.timezone = timeZone();
    return changed;
  }

  function complain(message, input) {
    hook(dialog, "editor-error").textContent = message;
    input?.focus();
  }

  async function save(event) {
    event.preventDefault();
    complain("");
    const wanted = changes();
    if (!field.title.value.trim()) return complain("Write what is to be done.", field.title);
    if (field.time.value && !field.date.value) return complain("A time needs a date.", field.date);
    if (field.repeat.value && !field.date.value) return complain("Something that repeats needs a date to begin with.", field.date);
    if (!Object.keys(wanted).length) return dialog.close("");
    const moves = "due_at" in wanted || "due_on" in wanted;
    // Another rule is about all of them: there is nothing to ask.
    if (task.id && moves && !("recurrence" in wanted)) {
      const scope = await actions.askScope(task);
      if (!scope) return;
      Object.assign(wanted, scope);
    }
    const button = hook(dialog, "editor-save");
    button.setAttribute("aria-disabled", "true");
    try {
      const saved = task.id ? await client.updateTask(task.id, wanted, etag) : await client.createTask(creation(wanted));
      dialog.close("saved");
      board.refreshSoon([saved.id]);
      actions.said(task.id ? `Changed “${saved.title}”` : `Added “${saved.title}”`);
    } catch (error) {
      if (signal.aborted) return;
      complain(error.status === 412 ? "This task was changed meanwhile. Close this, look at it, and change it again." : error.message);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  function creation(wanted) {
    const all = Object.entries({ ...facts(), ...(wanted.reminders && { reminders: wanted.reminders }), timezone: timeZone() });
    return Object.fromEntries(all.filter(([, value]) => value !== null));
  }

  form.addEventListener("submit", save);
  field.repeat.addEventListener("change", showRepeat);
  for (const input of [field.date, field.time]) {
    input.addEventListener("change", () => {
      showRules(field.repeat.value);
      reminders.retell(moment());
    });
  }
  hook(dialog, "reminder-add").addEventListener("click", () => reminders.add(moment()));
  hook(dialog, "editor-delete").addEventListener("click", () => {
    dialog.close("");
    actions.remove(task);
  });
  const closed = show(dialog, signal);
  field.title.focus();
  return (await closed) === "saved";
}

/** The instant, but not moved by the seconds that a time field does not show. */
function sameMinute(date, due) {
  const kept = due && !due.allDay && Math.floor(due.date / 60_000) === Math.floor(date / 60_000);
  return (kept ? due.date : date).toISOString();
}
