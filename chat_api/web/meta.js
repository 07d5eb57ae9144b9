// What is said of a task under its title. Pure: tasks in, words out.

import { describe } from "./recurrence.js";
import { absolute, absoluteDay, capital, clock, dayAndClock, dayName, daysFrom, nearby, noonOf } from "./time.js";

export const GROUPS = [
  ["overdue", "Overdue"],
  ["today", "Today"],
  ["tomorrow", "Tomorrow"],
  ["week", "Next 7 days"],
  ["later", "Later"],
  ["undated", "Whenever"],
];

/** When it is due: {date, allDay}; null for whenever. A day stands for its noon. */
export function dueOf(task) {
  if (task.due_on) return { date: noonOf(task.due_on), allDay: true };
  return task.due_at ? { date: new Date(task.due_at), allDay: false } : null;
}

/** A repeating task as it goes on when it was done: itself, or with the next due time that a worker is about to give it; null when it is over. */
export function nextOf(task) {
  if (task.status === "open") return task;
  return task.next_due_at || task.next_due_on ? { ...task, due_at: task.next_due_at, due_on: task.next_due_on } : null;
}

/** What to say once it is done. `changed` is the answer; without a status the task was gone already. */
export function doneWords(title, changed) {
  const next = changed.status && nextOf(changed);
  return next ? `Done. “${title}” is next due ${dueWords(next)}.` : `Completed “${title}”`;
}

/** The key of the group that a task is shown in. */
export function groupOf(task, now) {
  const due = dueOf(task);
  if (!due) return "undated";
  const days = daysFrom(now, due.date);
  if (due.allDay ? days < 0 : due.date <= now) return "overdue";
  if (days <= 1) return days === 0 ? "today" : "tomorrow";
  return days <= 7 ? "week" : "later";
}

/** "tomorrow at 9:00", "Friday": when something is due, within a sentence. */
export function dueWords(task) {
  const due = dueOf(task);
  if (!due) return "";
  const words = due.allDay ? dayName(due.date) : dayAndClock(due.date);
  return /^To|^Yes/.test(words) ? words.toLowerCase() : words;
}

/** [{icon, text, kind, iso, absolute}] */
export function metaOf(task, now, { parent, parts, list } = {}) {
  const meta = [];
  const due = dueOf(task);
  if (parent) meta.push({ kind: "parent", text: `Part of “${parent}”` });
  if (due) meta.push(dueMeta(task, due, now));
  meta.push(...task.reminders.filter(({ status }) => status !== "cancelled" && status !== "skipped").map((reminder) => reminderMeta(reminder, due, now)));
  if (task.status !== "open" && nextOf(task)) meta.push({ icon: "repeat", kind: "next", text: `Next ${dueWords(nextOf(task))}` });
  if (task.recurrence) meta.push({ icon: "repeat", kind: "repeat", text: describe(task.recurrence) + (task.from_completion ? " after it is done" : "") });
  const all = parts?.length || task.subtasks;
  const done = parts?.length ? parts.filter((part) => part.status === "completed").length : all - task.open_subtasks;
  if (all) meta.push({ icon: "check", kind: "progress", text: `${done}/${all}` });
  if (task.priority && task.priority < 4) meta.push({ icon: "flag", kind: `priority-${task.priority}`, text: `Priority ${task.priority}` });
  if (list && task.list) meta.push({ icon: "list", kind: "list", text: task.list });
  meta.push(...task.tags.map((tag) => ({ kind: "tag", text: `#${tag}` })));
  return meta;
}

function dueMeta(task, { date, allDay }, now) {
  const days = daysFrom(now, date);
  const said = days === 0 || days === 1;
  if (allDay) {
    const away = days < 0 ? `${-days} ${days === -1 ? "day" : "days"} ago` : days >= 7 ? `in ${days} days` : "";
    return { icon: "clock", kind: "due", text: [said ? "All day" : dayName(date, now), away].filter(Boolean).join(" · "), iso: task.due_on, absolute: absoluteDay(date) };
  }
  // Under "Today" and "Tomorrow" the day is said already; seconds matter only while they are waited for.
  const soon = date > now && date - now < 3_600_000;
  const when = said ? clock(date, { exact: soon }) : capital(dayAndClock(date, now));
  return { icon: "clock", kind: "due", text: [when, nearby(date, now)].filter(Boolean).join(" · "), iso: task.due_at, absolute: absolute(date) };
}

function reminderMeta(reminder, due, now) {
  const fired = reminder.status === "fired";
  const at = new Date((fired && reminder.fired_at) || reminder.due_at);
  const exact = { icon: "bell", iso: at.toISOString(), absolute: absolute(at) };
  if (reminder.status === "pending") return { ...exact, kind: "pending", text: "Setting the reminder…" };
  // At the due time, within the minute that is shown, the time need not be said again.
  const same = due && !due.allDay && Math.abs(at - due.date) < 60_000;
  const when = daysFrom(due?.date || now, at) === 0 ? clock(at) : dayAndClock(at, now);
  if (fired) return { ...exact, kind: "fired", text: same ? "Reminded" : `Reminded ${when}` };
  return { ...exact, kind: "scheduled", text: same ? "Reminder set" : `Reminder ${when}` };
}
