// Instants as operators compare them with logs: UTC, to the second.

const MINUTE = 60, HOUR = 3600, DAY = 86400;

/** "2026-11-26 16:05:09". */
export const utc = (iso) => (iso ? `${iso.slice(0, 10)} ${iso.slice(11, 19)}` : "–");

/** "16:05:09.123", or with its day when that is not today. */
export function clock(iso) {
  const today = new Date().toISOString().slice(0, 10);
  const time = new Date(iso).toISOString().slice(11, 23);
  return iso.slice(0, 10) === today ? time : `${iso.slice(5, 10)} ${time.slice(0, 8)}`;
}

/** "in 5 h", "3 min ago". */
export function near(iso, now = Date.now()) {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const words = span(Math.abs(seconds));
  return seconds > 0 ? `in ${words}` : `${words} ago`;
}

/** "5 h", "3 min", "12 s". */
export function span(seconds) {
  if (seconds < 2 * MINUTE) return `${Math.round(seconds)} s`;
  if (seconds < 2 * HOUR) return `${Math.round(seconds / MINUTE)} min`;
  if (seconds < 2 * DAY) return `${Math.round(seconds / HOUR)} h`;
  return `${Math.round(seconds / DAY)} days`;
}

/** A lag in seconds, as a person reads it. */
export const lag = (seconds) => (seconds === null ? "–" : seconds < 10 ? `${Math.round(seconds * 1000)} ms` : span(seconds));
