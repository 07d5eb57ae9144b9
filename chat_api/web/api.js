// The HTTP API. Every call has a time-out, and every failure a sentence to show.

const TIMEOUT = 10_000;

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
 * One request. `body` is sent as JSON, unless `type` says that it is a file of another kind.
 * `key` makes a repetition harmless, `match` is the ETag of what is to be changed.
 * @returns {data, etag, next}: `next` is the path of the next page, if there is one
 * @throws {ApiError} refused, unreachable or too slow
 * @throws {DOMException} AbortError when `signal` fired
 */
export async function exchange(method, path, { body, type, key, match, signal, timeout = TIMEOUT } = {}) {
  const timer = AbortSignal.timeout(timeout);
  const headers = { Accept: "application/json" };
  if (body) headers["Content-Type"] = type ?? "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (match) headers["If-Match"] = match;
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers,
      body: type ? body : body && JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, timer]) : timer,
    });
    if (!response.ok) throw await refusal(response);
    const data = response.status === 204 ? null : await response.json();
    const next = /<\/api\/v1([^>]+)>;\s*rel="next"/.exec(response.headers.get("Link") ?? "")?.[1];
    return { data, etag: response.headers.get("ETag"), next };
  } catch (error) {
    if (error instanceof ApiError || signal?.aborted) throw error;
    if (timer.aborted) throw new ApiError("No answer came in time.", { maybeDone: true });
    throw new ApiError("The server cannot be reached. Check your connection, then try again.");
  }
}

/** One request; what it answers. */
export const call = async (method, path, options) => (await exchange(method, path, options)).data;

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
