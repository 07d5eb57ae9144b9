// Instants as the person's clock and calendar show them.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
// The page speaks English; a reader with another language still gets English day names, on a 24-hour clock.
const LOCALE = navigator.language.startsWith("en") ? navigator.language : "en-GB";

/** The browser's IANA time zone. */
export const timeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** "17:05"; asked to be exact, with the seconds when the instant has some. */
export function clock(date, { exact = false } = {}) {
  const second = exact && date.getSeconds() ? "2-digit" : undefined;
  return date.toLocaleTimeString(LOCALE, { hour: "numeric", minute: "2-digit", second });
}

/** Calendar days from now to the date in the browser's zone: 0 today, 1 tomorrow, -1 yesterday. */
export function daysFrom(now, date) {
  // Noon to noon, so that a day of 23 or 25 hours still counts as one.
  const noon = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate(), 12).getTime();
  return Math.round((noon(date) - noon(now)) / (24 * HOUR));
}

/** "today at 17:05", "Friday at 9:00", "Fri, 4 Dec at 9:00"; the year where it is another one. */
export function dayAndClock(date, now = new Date(), precision = {}) {
  return `${day(date, now)} at ${clock(date, precision)}`;
}

function day(date, now) {
  const days = daysFrom(now, date);
  if (days === 0) return "today";
  if (days === 1) return "tomorrow";
  if (days === -1) return "yesterday";
  if (days > 1 && days < 7) return date.toLocaleDateString(LOCALE, { weekday: "long" });
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString(LOCALE, { weekday: "short", day: "numeric", month: "short", year });
}

/** "in 5 min", "12 min ago"; empty beyond an hour, where the clock says more. */
export function nearby(date, now = new Date()) {
  const away = date - now;
  if (Math.abs(away) >= HOUR) return "";
  if (Math.abs(away) < MINUTE) return away > 0 ? "in less than a minute" : "just now";
  const minutes = Math.round(Math.abs(away) / MINUTE);
  return away > 0 ? `in ${minutes} min` : `${minutes} min ago`;
}

/** How late something came, in words; empty up to a minute. */
export function lateness(due, came) {
  const late = came - due;
  if (late < MINUTE) return "";
  if (late < HOUR) return `${Math.round(late / MINUTE)} min late`;
  if (late < 48 * HOUR) return `${Math.round(late / HOUR)} h late`;
  return `${Math.round(late / (24 * HOUR))} days late`;
}
