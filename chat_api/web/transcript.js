// The conversation as this tab shows it, kept over a reload (sessionStorage) and dropped at log-out.

const KEY = "transcript";
const KEPT = 100;

/**
 * Messages are {id, role: "user"|"assistant", text, state: "sent"|"pending"|"failed", error?, choices?}.
 */
export class Transcript {
  #userId;
  #forgotten = false;

  constructor(userId) {
    this.#userId = userId;
    const stored = read();
    const mine = stored?.userId === userId ? stored : {};
    this.conversationId = mine.conversationId;
    this.draft = mine.draft ?? "";
    this.messages = mine.messages ?? [];
    for (const message of this.messages) {
      if (message.state !== "pending") continue;
      message.state = "failed";
      message.error = "The page closed before the answer came. Check your tasks before you send it again.";
    }
  }

  add(role, text, more = {}) {
    const message = { id: crypto.randomUUID?.() ?? String(Math.random()), role, text, state: "sent", ...more };
    this.messages.push(message);
    this.save();
    return message;
  }

  /** Make it the last one again. */
  moveToEnd(message) {
    this.messages = [...this.messages.filter((other) => other !== message), message];
  }

  remove(message) {
    this.messages = this.messages.filter((other) => other !== message);
    this.save();
  }

  save() {
    if (this.#forgotten) return;
    const { conversationId, draft } = this;
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ userId: this.#userId, conversationId, draft, messages: this.messages.slice(-KEPT) }));
    } catch {
      // Storage is full or forbidden: the conversation then lasts as long as the page.
    }
  }

  /** Drop what is stored, and store nothing more. */
  forget() {
    this.#forgotten = true;
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // Forbidden storage holds nothing.
    }
  }
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}
