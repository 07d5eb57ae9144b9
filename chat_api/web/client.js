// The calls of one session.

import { exchange } from "./api.js";

const CHAT_TIMEOUT = 20_000;
const FILE_TIMEOUT = 60_000;

const taskPath = (id) => `/tasks/${encodeURIComponent(id)}`;
const listPath = (id) => `/lists/${encodeURIComponent(id)}`;

/** When the server says that the session is over, `onExpired` runs. */
export class Client {
  #signal;
  #onExpired;

  constructor(signal, onExpired) {
    this.#signal = signal;
    this.#onExpired = onExpired;
  }

  me = () => this.#call("GET", "/auth/me");
  logOut = () => this.#call("POST", "/auth/logout");
  closeAccount = (password, conversationId) => this.#call("POST", "/auth/close-account", { body: { password, ...(conversationId && { conversation_id: conversationId }) } });

  /** A repetition with the same `key` adds nothing twice. */
  chat(message, timezone, conversationId, key) {
    const body = { message, timezone, ...(conversationId && { conversation_id: conversationId }) };
    return this.#call("POST", "/chat", { body, key, timeout: CHAT_TIMEOUT });
  }

  /** A page of tasks: {data, next}; `next` is asked for with `page`. */
  tasks = (params) => this.page(`/tasks?${new URLSearchParams(params)}`);
  page = (path) => this.#exchange("GET", path);

  task = (id) => this.#call("GET", taskPath(id));
  /** {data, etag}: with the ETag a change can say which version it was made for. */
  taskVersion = (id) => this.#exchange("GET", taskPath(id));
  createTask = (body, key) => this.#call("POST", "/tasks", { body, key });
  updateTask = (id, body, match) => this.#call("PATCH", taskPath(id), { body, match });
  /** Of a repeating one, the occurrence that `task` shows: done again elsewhere, it is done once. */
  completeTask = ({ id, occurrence }) => this.updateTask(id, { status: "completed", ...(occurrence && { occurrence }) });
  deleteTask = (id) => this.#call("DELETE", taskPath(id));
  skip = (id) => this.#call("POST", `${taskPath(id)}/skip`);

  /** Take back the last change, whichever way it was made: {said, tasks}. */
  undo = () => this.#call("POST", "/undo");

  lists = () => this.#call("GET", "/lists");
  createList = (name) => this.#call("POST", "/lists", { body: { name } });
  renameList = (id, name) => this.#call("PATCH", listPath(id), { body: { name } });
  deleteList = (id) => this.#call("DELETE", listPath(id));

  inbox = (limit) => this.#call("GET", `/inbox?limit=${limit}`);
  acknowledge = (id) => this.#call("POST", `/inbox/${id}/acknowledge`);
  /** `when` is {minutes} or {until}; the answer is the task. */
  snooze = (id, when) => this.#call("POST", `/inbox/${id}/snooze`, { body: when });

  /** How far the newest reminders have come by e-mail and the like. */
  deliveries = (items) => this.#call("GET", `/deliveries?items=${items}`);

  /** The ways to be reached when the page is closed (channels.js). */
  channel = (method, path = "", body = undefined) => this.#call(method, `/channels${path}`, { body });

  preferences = () => this.#call("GET", "/preferences");
  savePreferences = (body) => this.#call("PATCH", "/preferences", { body });
  /** The answer to "you seem to be in X now". */
  answerZone = (timezone, move) => this.#call("POST", "/preferences/timezone", { body: { timezone, move } });

  tokens = () => this.#call("GET", "/tokens");
  createToken = (body) => this.#call("POST", "/tokens", { body });
  revokeToken = (id) => this.#call("DELETE", `/tokens/${encodeURIComponent(id)}`);
  feed = () => this.#call("GET", "/feed");
  createFeed = () => this.#call("POST", "/feed");
  endFeed = () => this.#call("DELETE", "/feed");
  /** `type` is application/json or text/calendar. */
  importFile = (body, type) => this.#call("POST", "/import", { body, type, timeout: FILE_TIMEOUT });

  #call = async (...request) => (await this.#exchange(...request)).data;

  async #exchange(method, path, options) {
    try {
      return await exchange(method, path, { ...options, signal: this.#signal });
    } catch (error) {
      if (error.status === 401) this.#onExpired();
      throw error;
    }
  }
}
