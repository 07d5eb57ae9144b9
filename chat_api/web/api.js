// The HTTP API. Every call has a time-out, and every failure a sentence to show.

const TIMEOUT = 10_000;
const CHAT_TIMEOUT = 20_000;

/** A call that failed. `status` is 0 when no answer came; `fields` maps field names to what is wrong with them. */
export class ApiError extends Error {
  constructor(message, { status = 0, fields = {}, maybeDone = false } = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.fields = fields;
    /** The server may have carried it out although no answer came. */
    this.maybeDone = maybeDone;
  }
}

/**
 * One request.
 * @throws {ApiError} refused, unreachable or too slow
 * @throws {DOMException} AbortError when `signal` fired
 */
export async function call(method, path, { body, key, signal, timeout = TIMEOUT } = {}) {
  const timer = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }), ...(key && { "Idempotency-Key": key }) },
      body: body && JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, timer]) : timer,
    });
    if (!response.ok) throw await refusal(response);
    return response.status === 204 ? null : await response.json();
  } catch (error) {
    if (error instanceof ApiError || signal?.aborted) throw error;
    if (timer.aborted) throw new ApiError("No answer came in time.", { maybeDone: true });
    throw new ApiError("The server cannot be reached. Check your connection, then try again.");
  }
}

async function refusal(response) {
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // A proxy's error page: the status has to do.
  }
  const fields = Object.fromEntries((problem.errors ?? []).map(({ field, message }) => [field, message]));
  const message = problem.detail || problem.title || `The server answered with an error (${response.status}). Try again in a moment.`;
  return new ApiError(message, { status: response.status, fields });
}

/** Open a session (the cookie), by registering or logging in. */
export async function logIn(email, password, { register }) {
  await call("POST", register ? "/auth/register" : "/auth/login", { body: { email, password } });
}

/** Who is logged in: {id, email}. */
export const me = (signal) => call("GET", "/auth/me", { signal });

/** The calls of one session. When the server says that the session is over, `onExpired` runs. */
export class Client {
  #signal;
  #onExpired;

  constructor(signal, onExpired) {
    this.#signal = signal;
    this.#onExpired = onExpired;
  }

  me() {
    return this.#call("GET", "/auth/me");
  }

  logOut() {
    return this.#call("POST", "/auth/logout");
  }

  /** A repetition with the same `key` adds nothing twice. */
  chat(message, timezone, conversationId, key) {
    const body = { message, timezone, ...(conversationId && { conversation_id: conversationId }) };
    return this.#call("POST", "/chat", { body, key, timeout: CHAT_TIMEOUT });
  }

  tasks(status) {
    return this.#call("GET", `/tasks?status=${status}`);
  }

  task(taskId) {
    return this.#call("GET", `/tasks/${encodeURIComponent(taskId)}`);
  }

  createTask(task) {
    return this.#call("POST", "/tasks", { body: task });
  }

  setStatus(taskId, status) {
    return this.#call("PATCH", `/tasks/${encodeURIComponent(taskId)}`, { body: { status } });
  }

  deleteTask(taskId) {
    return this.#call("DELETE", `/tasks/${encodeURIComponent(taskId)}`);
  }

  inbox(limit) {
    return this.#call("GET", `/inbox?limit=${limit}`);
  }

  acknowledge(inboxId) {
    return this.#call("POST", `/inbox/${inboxId}/acknowledge`);
  }

  /** `when` is {minutes} or {until}; the answer is the task. */
  snooze(inboxId, when) {
    return this.#call("POST", `/inbox/${inboxId}/snooze`, { body: when });
  }

  async #call(method, path, options) {
    try {
      return await call(method, path, { ...options, signal: this.#signal });
    } catch (error) {
      if (error.status === 401) this.#onExpired();
      throw error;
    }
  }
}
