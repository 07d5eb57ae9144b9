// What the list of tasks is narrowed to, and its order: the controls, and the question to the server.

import { el, hook, part } from "./dom.js";
import { daysLater } from "./time.js";

const TYPING_PAUSE = 200;

export class Filters {
  #form;
  #view;
  #onChange;
  #timer;
  #tags = new Set();
  /** The list that is looked at; null for all. */
  list = null;

  constructor(view, { onChange }) {
    this.#view = view;
    this.#onChange = onChange;
    this.#form = hook(view, "task-filters");
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("input", (event) => {
      clearTimeout(this.#timer);
      if (event.target.name === "q") this.#timer = setTimeout(() => this.#changed(), TYPING_PAUSE);
      else this.#changed();
    });
    hook(view, "filters-clear").addEventListener("click", () => {
      this.clear();
      this.#value("q").focus();
    });
  }

  #value = (name) => this.#form.elements.namedItem(name);
  #get = (name) => this.#value(name).value.trim();

  get sort() {
    return this.#get("sort");
  }

  /** Whether something is left out, beyond what the chosen list leaves out. */
  get narrowed() {
    return ["q", "due", "tag", "priority"].some((name) => this.#get(name));
  }

  /** Query parameters of GET /tasks. */
  params(now = new Date()) {
    const given = { q: this.#get("q"), tag: this.#get("tag"), priority: this.#get("priority"), list: this.list ?? "", sort: this.sort };
    return Object.fromEntries(Object.entries({ ...given, ...span(this.#get("due"), now) }).filter(([, value]) => value));
  }

  /** The day's tasks without a time are due at its first instant, but overdue only when it is over. */
  keeps(group) {
    return this.#get("due") !== "overdue" || group === "overdue";
  }

  clear() {
    const { sort } = this;
    this.#form.reset();
    this.#value("sort").value = sort;
    this.#changed();
  }

  /** Offer the tags that were seen. */
  offer(tags) {
    const before = this.#tags.size;
    for (const tag of tags) this.#tags.add(tag);
    if (this.#tags.size === before) return;
    const select = this.#value("tag");
    const chosen = select.value;
    const options = [...this.#tags].sort().map((tag) => el("option", { value: tag, text: `#${tag}` }));
    select.replaceChildren(select.options[0], ...options);
    select.value = chosen;
  }

  #changed() {
    clearTimeout(this.#timer);
    const set = ["due", "tag", "priority"].filter((name) => this.#get(name)).length;
    part(this.#view, "filter-count").textContent = set || "";
    hook(this.#view, "filters-clear").hidden = !this.narrowed;
    this.#onChange();
  }
}

function span(due, now) {
  const today = daysLater(now, 0, 0);
  const until = (date) => ({ due_before: date.toISOString() });
  if (due === "overdue") return until(now);
  if (due === "today") return { due_after: today.toISOString(), ...until(daysLater(today, 1)) };
  if (due === "week") return { due_after: today.toISOString(), ...until(daysLater(today, 7)) };
  return {};
}
