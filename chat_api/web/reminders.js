// Reminders that fired and were not put away yet: one card each, newest first.

import { chime, notify } from "./alerts.js";
import { announce, el, icon, part, touchFirst } from "./dom.js";
import { doneWords, dueOf, dueWords } from "./meta.js";
import { absolute, dayAndClock, daysLater, lateness } from "./time.js";
import { toast } from "./toast.js";

const LOADED = 50;
const MANY = 3;
/** Milliseconds until it is asked how far a reminder has come elsewhere, and again while it has not arrived. */
const LOOKS = [2_000, 8_000, 30_000, 120_000];
const CHANNELS = { push: "Notification", email: "E-mail", webhook: "Webhook" };

/** What a card offers: a label, and what it asks the server for. */
const SNOOZES = [
  ["10 min", () => ({ minutes: 10 })],
  ["1 hour", () => ({ minutes: 60 })],
  ["tomorrow at 9", () => ({ until: daysLater(new Date(), 1, 9).toISOString() })],
];

export class Reminders {
  #client;
  #view;
  #onTaskChanged;
  #onDone;
  /** Every inbox id ever shown, so that a repeated event shows nothing twice. */
  #seen = new Set();
  /** Inbox id → {item, node} of the cards on the page. */
  #cards = new Map();
  lastId = 0;
  #nextLook = null;

  /** `onTaskChanged` runs after a task was changed here, `onDone` with the sentence of what can be taken back. */
  constructor(view, client, { onTaskChanged, onDone }) {
    this.#view = view;
    this.#client = client;
    this.#onTaskChanged = onTaskChanged;
    this.#onDone = onDone;
    part(view, "dismiss-all").addEventListener("click", () => this.#dismissAll());
  }

  /** Bring the cards in line with the server's inbox. Throws what the API throws. */
  async load() {
    for (const item of await this.#client.inbox(LOADED)) {
      if (item.acknowledged_at) {
        this.#note(item);
        this.#remove(item.id);
      } else if (this.#note(item)) {
        this.#show(item);
      }
    }
    if (this.#cards.size) this.#lookLater([0, ...LOOKS]);
  }

  /** A reminder fired just now. */
  receive(item) {
    if (!this.#note(item) || item.acknowledged_at) return;
    this.#show(item);
    this.#lookLater(LOOKS);
    const when = dueSentence(item);
    announce(item.kind !== "reminder" ? item.title : `Reminder: ${item.title}. ${when}`);
    // In the person's quiet hours it waits to be seen.
    if (item.quiet) return;
    chime();
    notify(item.id, item.title, item.kind !== "reminder" ? item.body : when);
  }

  /** The task was completed or deleted elsewhere on the page: its cards have served. */
  settle(taskId) {
    for (const { item } of [...this.#cards.values()]) {
      if (item.task_id === taskId) this.#putAway(item).catch(() => {});
    }
  }

  /** True the first time an item is seen. */
  #note(item) {
    this.lastId = Math.max(this.lastId, item.id);
    if (this.#seen.has(item.id)) return false;
    this.#seen.add(item.id);
    return true;
  }

  #show(item) {
    const digest = item.kind !== "reminder";
    const node = el("li", { class: digest ? "reminder digest" : "reminder", "data-testid": `${item.kind}-card`, "data-reminder-id": item.reminder_id });
    const button = (kind, testid, label, text, run) =>
      el("button", { type: "button", class: kind, "data-testid": testid, "aria-label": `${label}: ${item.title}`, text, onclick: () => this.#act(item, node, run) });
    const dismiss = button("button quiet", "reminder-dismiss", "Dismiss", "Dismiss", () => this.#putAway(item));
    node.append(
      el("span", { class: "reminder-mark" }, icon(digest ? "list" : "bell")),
      el("div", { class: "reminder-text" },
        el("p", { class: "reminder-title", text: item.title }),
        digest ? lines(item.body) : el("p", { class: "reminder-when" }, el("time", { datetime: item.due_at, title: absolute(new Date(item.due_at)), text: dueSentence(item) })),
        el("p", { class: "reminder-sent", "data-testid": "reminder-sent", hidden: true }),
        !digest && el("p", { class: "reminder-snooze" }, el("span", { text: "Again:" }),
          ...SNOOZES.map(([label, when]) => button("link", "reminder-snooze", `Remind me again, ${label}`, label, () => this.#snooze(item, when()))),
        ),
      ),
      el("div", { class: "reminder-actions" }, !digest && button("button primary", "reminder-done", "Done", "Done", () => this.#complete(item)), dismiss),
    );
    this.#cards.set(item.id, { item, node });
    part(this.#view, "cards").prepend(node);
    this.#update();
  }

  /** Say on the cards how far they have come on other channels; `delays` are until this look and those after it. */
  #lookLater([delay, ...later]) {
    clearTimeout(this.#nextLook);
    if (delay === undefined) return;
    this.#nextLook = setTimeout(async () => {
      try {
        if (!(await this.#look())) return;
      } catch (error) {
        if (error.name === "AbortError") return;
      }
      this.#lookLater(later);
    }, delay);
  }

  /** Whether a card's item has not arrived everywhere yet. */
  async #look() {
    const found = this.#cards.size ? await this.#client.deliveries(LOADED) : [];
    const shown = found.filter((delivery) => this.#cards.has(delivery.item_id));
    for (const [id, { node }] of this.#cards) {
      const line = node.querySelector(".reminder-sent");
      line.textContent = shown.filter((delivery) => delivery.item_id === id).map(arrival).join(" · ");
      line.hidden = !line.textContent;
    }
    return shown.some((delivery) => delivery.state === "waiting");
  }

  /** Run what a button stands for, once at a time; a failure leaves the card where it is. */
  async #act(item, node, run) {
    if (node.ariaBusy === "true") return;
    node.ariaBusy = "true";
    const position = [...node.parentElement.children].indexOf(node);
    const pressed = node.contains(document.activeElement) && document.activeElement.dataset.testid;
    try {
      await run();
      if (pressed) this.#focusNear(position, pressed);
    } catch (error) {
      node.ariaBusy = "false";
      if (error.name !== "AbortError") toast(`“${item.title}” is still here. ${error.message}`);
    }
  }

  async #complete(item) {
    try {
      const task = await this.#client.task(item.task_id);
      // A recurring task stands at its next occurrence by now; when none that rang is left to do, that one is not meant.
      const due = task.recurrence && dueOf(task);
      if (due && due.date > new Date(item.due_at) && !task.rang_at) {
        await this.#putAway(item);
        toast(`Done. “${item.title}” is next due ${dueWords(task)}.`);
        return;
      }
      this.#onDone(doneWords(item.title, await this.#client.completeTask(task)));
    } catch (error) {
      // The task was deleted meanwhile: nothing is left to be done.
      if (error.status !== 404) throw error;
    }
    this.#onTaskChanged();
    for (const other of [...this.#cards.values()].map((card) => card.item)) {
      if (other.task_id === item.task_id) await this.#putAway(other);
    }
  }

  async #snooze(item, when) {
    const task = await this.#client.snooze(item.id, when);
    const next = task.reminders.filter((reminder) => reminder.snoozed && !reminder.fired_at).at(-1);
    this.#remove(item.id);
    this.#onTaskChanged();
    if (next) this.#onDone(`I will remind you again ${dayAndClock(new Date(next.due_at))}.`);
  }

  async #putAway(item) {
    try {
      await this.#client.acknowledge(item.id);
    } catch (error) {
      if (error.status !== 404) throw error;
    }
    this.#remove(item.id);
  }

  async #dismissAll() {
    const items = [...this.#cards.values()].map((card) => card.item);
    const results = await Promise.allSettled(items.map((item) => this.#putAway(item)));
    const failed = results.find((result) => result.status === "rejected");
    if (failed && failed.reason.name !== "AbortError") toast(`Some reminders are still here. ${failed.reason.message}`);
    else this.#focusNear(0, "reminder-dismiss");
  }

  #remove(id) {
    this.#cards.get(id)?.node.remove();
    this.#cards.delete(id);
    this.#update();
  }

  #update() {
    const count = this.#cards.size;
    part(this.#view, "reminders").hidden = count === 0;
    part(this.#view, "dismiss-all").hidden = count < MANY;
    document.title = count ? `(${count}) Todo assistant` : "Todo assistant";
  }

  /** Focus the same button of the card that took this place, or the chat after the last one. */
  #focusNear(position, button) {
    const cards = part(this.#view, "cards").children;
    const next = cards[Math.min(position, cards.length - 1)]?.querySelector(`[data-testid="${button}"]`);
    const fallback = touchFirst() ? "chat-log" : "chat-input";
    (next ?? this.#view.querySelector(`[data-testid="${fallback}"]`)).focus();
  }
}

/** The digest's text, a paragraph each line. */
const lines = (body) => el("div", { class: "digest-lines" }, ...body.split("\n").filter(Boolean).map((text) => el("p", { text })));

/** How far it has come on one channel: "E-mail sent 17:00:02". */
function arrival({ channel, state, at, detail }) {
  if (state === "sent") return `${CHANNELS[channel]} sent ${new Date(at).toLocaleTimeString()}`;
  return state === "failed" ? `${CHANNELS[channel]} failed: ${detail}` : `${CHANNELS[channel]}: ${detail || "on its way"}`;
}

/** When it was due, and that it came late if it did. */
function dueSentence(item) {
  const due = new Date(item.due_at);
  const when = dayAndClock(due, new Date(), { exact: true });
  const late = lateness(due, new Date(item.fired_at));
  return late ? `Was due ${when}, came ${late}` : `Due ${when}`;
}
