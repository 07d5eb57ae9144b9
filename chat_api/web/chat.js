// The conversation: messages, the composer, and sending one message after the other.

import { el, hook, part, touchFirst } from "./dom.js";
import { timeZone } from "./time.js";

const EXAMPLES = [
  "Remind me in 20 minutes to stretch",
  "Call mum tomorrow at 5pm",
  "Every other Tuesday at 9: bins",
  "What is due today?",
];
const NEAR_BOTTOM = 80;

export class Chat {
  #client;
  #transcript;
  #onAnswered;
  #log;
  #input;
  #welcome;
  #typing = el("div", { class: "typing", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  /** Messages waiting for their turn; the first one is on its way. */
  #queue = [];
  #nodes = new Map();
  /** Whether the newest message was in sight, and shall stay so. */
  #following = true;

  /** `onAnswered` runs with the ids of the tasks that an answer speaks of. */
  constructor(view, client, transcript, { onAnswered }) {
    this.#client = client;
    this.#transcript = transcript;
    this.#onAnswered = onAnswered;
    this.#log = hook(view, "chat-log");
    this.#input = hook(view, "chat-input");
    this.#welcome = part(view, "welcome");
    part(view, "examples").append(...EXAMPLES.map((text) => this.#example(text)));
    part(view, "composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#input.addEventListener("keydown", (event) => {
      // While an input method composes a word, Enter belongs to it (Safari says so only by the key code).
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    });
    this.#input.addEventListener("input", () => this.#keepDraft());
    this.#log.addEventListener("scroll", () => (this.#following = this.#atBottom()), { passive: true });
    // A reminder's card or a phone's keyboard takes height away: the newest message stays in sight.
    new ResizeObserver(() => this.#following && this.#scrollDown()).observe(this.#log);
  }

  /** Show what this tab remembers; call it when the view is on the page. */
  start() {
    for (const message of this.#transcript.messages) this.#show(message);
    this.#input.value = this.#transcript.draft;
    this.#resize();
    this.#welcome.hidden = this.#transcript.messages.length > 0;
    this.#log.hidden = !this.#welcome.hidden;
    this.#scrollDown();
    if (!touchFirst()) this.#input.focus();
  }

  #submit() {
    const text = this.#input.value.trim();
    if (!text) return;
    this.#setInput("");
    this.#send(text);
    if (!touchFirst()) this.#input.focus();
  }

  #send(text) {
    this.#dropChoices();
    const message = this.#transcript.add("user", text, { state: "pending" });
    this.#enqueue(message);
  }

  #enqueue(message) {
    this.#welcome.hidden = true;
    this.#log.hidden = false;
    this.#show(message);
    this.#scrollDown();
    this.#queue.push(message);
    if (this.#queue.length === 1) this.#work();
  }

  async #work() {
    while (this.#queue.length) {
      this.#log.append(this.#typing);
      this.#scrollDown();
      const message = this.#queue[0];
      try {
        await this.#deliver(message);
      } catch (error) {
        this.#failed(message, error);
      }
      this.#queue.shift();
      this.#transcript.save();
    }
    this.#typing.remove();
  }

  async #deliver(message) {
    const answer = await this.#client.chat(message.text, timeZone(), this.#transcript.conversationId, message.id);
    message.state = "sent";
    this.#transcript.conversationId = answer.conversation_id;
    this.#show(message);
    // Choices answer the last question; with more messages on their way it is not the last.
    const choices = this.#queue.length === 1 ? answer.choices : [];
    this.#show(this.#transcript.add("assistant", answer.reply, { choices }));
    if (this.#following) this.#scrollDown();
    this.#onAnswered((answer.tasks ?? []).map((task) => task.id));
  }

  #failed(message, error) {
    message.state = "failed";
    message.error = error.maybeDone ? `${error.message} You can send it again: nothing is added twice.` : error.message;
    // The session ended before it could be sent: offer it again after the log-in.
    if (error.status === 401 || error.name === "AbortError") message.error = "This was not sent.";
    this.#show(message);
    this.#scrollDown();
  }

  #retry(message) {
    this.#dropChoices();
    message.state = "pending";
    this.#transcript.moveToEnd(message);
    this.#transcript.save();
    this.#nodes.get(message.id).remove();
    this.#nodes.delete(message.id);
    this.#enqueue(message);
    if (!touchFirst()) this.#input.focus();
  }

  #edit(message) {
    this.#setInput([message.text, this.#input.value].filter(Boolean).join("\n"));
    this.#nodes.get(message.id).remove();
    this.#transcript.remove(message);
    this.#input.focus();
  }

  /** Add the message to the log, or bring its element up to date. */
  #show(message) {
    const old = this.#nodes.get(message.id);
    if (old && message.state !== "failed") {
      old.dataset.state = message.state;
      return;
    }
    const node = el("div", { class: "message", "data-testid": "chat-message", "data-role": message.role, "data-state": message.state },
      el("span", { class: "visually-hidden", text: message.role === "user" ? "You: " : "Assistant: " }),
      el("p", { class: "bubble", text: message.text }),
      message.state === "failed" && this.#failure(message),
      message.choices?.length && this.#choices(message),
    );
    this.#nodes.set(message.id, node);
    if (old) old.replaceWith(node);
    else if (this.#typing.parentElement && message.role === "assistant") this.#typing.before(node);
    else this.#log.append(node);
  }

  #failure(message) {
    return el("div", { class: "failure" },
      el("p", { text: message.error }),
      el("button", { type: "button", class: "link", "data-testid": "chat-retry", text: "Try again", onclick: () => this.#retry(message) }),
      el("button", { type: "button", class: "link", "data-testid": "chat-edit", text: "Edit", onclick: () => this.#edit(message) }),
    );
  }

  #choices(message) {
    const buttons = message.choices.map((text) =>
      el("button", { type: "button", class: "chip", "data-testid": "chat-choice", text, onclick: () => this.#choose(text) }),
    );
    return el("div", { class: "choices", role: "group", "aria-label": "Suggested answers" }, ...buttons);
  }

  #choose(text) {
    this.#send(text);
    (touchFirst() ? this.#log : this.#input).focus();
  }

  #dropChoices() {
    for (const node of this.#log.querySelectorAll(".choices")) node.remove();
    for (const message of this.#transcript.messages) delete message.choices;
  }

  #example(text) {
    const pick = () => {
      this.#setInput(text);
      this.#input.focus();
    };
    return el("li", {}, el("button", { type: "button", class: "chip", "data-testid": "chat-example", text, onclick: pick }));
  }

  #setInput(text) {
    this.#input.value = text;
    this.#keepDraft();
  }

  #keepDraft() {
    this.#resize();
    this.#transcript.draft = this.#input.value;
    this.#transcript.save();
  }

  /** As high as its text; the style sheet sets the limit. */
  #resize() {
    this.#input.style.height = "auto";
    this.#input.style.height = `${this.#input.scrollHeight}px`;
  }

  #atBottom() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < NEAR_BOTTOM;
  }

  #scrollDown() {
    this.#following = true;
    this.#log.scrollTop = this.#log.scrollHeight;
  }
}
