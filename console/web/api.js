// The console's own API. Every call has a time-out, and every failure a sentence to show.

const TIMEOUT = 20_000;

export class ApiError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

/** One request; what it answers. */
export async function call(method, path, { body, csrf } = {}) {
  const headers = { Accept: "application/json" };
  if (body) headers["Content-Type"] = "application/json";
  if (csrf) headers["X-Console-Csrf"] = csrf;
  let response;
  try {
    response = await fetch(`/api${path}`, {
      method, headers, credentials: "same-origin", cache: "no-store",
      body: body && JSON.stringify(body), signal: AbortSignal.timeout(TIMEOUT),
    });
  } catch {
    throw new ApiError("The console does not answer.");
  }
  if (response.status === 204) return null;
  let answer = {};
  try {
    answer = await response.json();
  } catch {
    // A proxy's error page: the status has to do.
  }
  if (!response.ok) {
    const detail = typeof answer.detail === "string" ? answer.detail : `The console answered with an error (${response.status}).`;
    throw new ApiError(detail, response.status);
  }
  return answer;
}
