// The reminders within the editor: one row each, a distance to the due time or an instant of its own.

import { el, icon } from "./dom.js";
import { dayField, timeField } from "./time.js";

const MINUTE = 60_000;
const TIMED = [[0, "When it is due"], [5, "5 minutes before"], [10, "10 minutes before"], [30, "30 minutes before"], [60, "1 hour before"], [120, "2 hours before"], [1440, "1 day before"], [2880, "2 days before"], [10080, "1 week before"]];
const DAYS = [[0, "On the day"], [1440, "The day before"], [2880, "2 days before"], [10080, "1 week before"]];

export class ReminderFields {
  #place;
  #allDayAt;
  #count = 0;
  /** Whether the person changed something here. */
  touched = false;

  constructor(place, { allDayAt }) {
    this.#place = place;
    this.#allDayAt = allDayAt;
    place.addEventListener("input", () => (this.touched = true));
  }

  /** Show a task's reminders that are still to come; `moment` is when it is due. */
  fill(reminders, moment) {
    for (const { due_at: at, status, snoozed } of reminders) {
      if (!snoozed && (status === "pending" || status === "scheduled")) this.#row(moment, new Date(at));
    }
  }

  add(moment) {
    this.touched = true;
    const date = moment?.date ?? new Date(Date.now() + 60 * MINUTE);
    this.#row(moment, date).querySelector("select").focus();
  }

  /** The due time has changed: days and times are offered other distances. */
  retell(moment) {
    for (const row of this.#place.children) {
      const select = row.querySelector("select");
      this.#offer(select, moment, select.value);
      this.#showInstant(row);
    }
  }

  /** The instants, earliest first, as the API takes them. */
  times(moment) {
    const instants = [...this.#place.children].map((row) => {
      const minutes = row.querySelector("select").value;
      const own = row.querySelector("input").value;
      if (minutes === "own") return own ? new Date(own) : null;
      return moment && before(moment.date, Number(minutes));
    });
    return [...new Set(instants.filter(Boolean).map((date) => date.toISOString()))].sort();
  }

  #row(moment, at) {
    const name = `Reminder ${++this.#count}`;
    const select = el("select", { "aria-label": name, "data-testid": "reminder-when" });
    const own = el("input", { type: "datetime-local", "aria-label": `${name}: date and time`, value: `${dayField(at)}T${timeField(at)}` });
    const remove = el("button", { type: "button", class: "icon-button", title: "Remove", "aria-label": `Remove: ${name}`, "data-testid": "reminder-remove" }, icon("close"));
    const row = el("li", { class: "reminder-row" }, select, own, remove);
    const fits = moment && distances(moment).find(([minutes]) => Math.abs(before(moment.date, minutes) - at) < MINUTE);
    this.#offer(select, moment, fits ? String(fits[0]) : "own");
    select.addEventListener("change", () => this.#showInstant(row));
    remove.addEventListener("click", () => {
      this.touched = true;
      row.remove();
    });
    this.#place.append(row);
    this.#showInstant(row);
    return row;
  }

  #offer(select, moment, chosen) {
    const at = moment?.allDay ? ` at ${this.#allDayAt}` : "";
    const options = moment ? distances(moment).map(([minutes, text]) => el("option", { value: minutes, text: text + at })) : [];
    select.replaceChildren(...options, el("option", { value: "own", text: "At a time of its own" }));
    select.value = chosen;
    if (!select.value) select.value = "own";
  }

  #showInstant(row) {
    row.querySelector("input").hidden = row.querySelector("select").value !== "own";
  }
}

const distances = ({ allDay }) => (allDay ? DAYS : TIMED);

/** Whole days are days on the calendar: the clock time stays when the clocks change. */
function before(date, minutes) {
  const earlier = new Date(date);
  if (minutes % 1440 === 0) earlier.setDate(earlier.getDate() - minutes / 1440);
  else earlier.setTime(earlier.getTime() - minutes * MINUTE);
  return earlier;
}
