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

/** "in 5 min", "12 min ago", "in 3 h", "2 days ago"; empty where the day is said in words that are as near. */
export function nearby(date, now = new Date()) {
  const away = date - now;
  if (Math.abs(away) < MINUTE) return away > 0 ? "in less than a minute" : "just now";
  const distance = lapse(Math.abs(away));
  if (away < 0) return `${distance} ago`;
  const days = daysFrom(now, date);
  return away < 12 * HOUR || days >= 7 ? `in ${days >= 7 ? `${days} days` : distance}` : "";
}

function lapse(milliseconds) {
  const minutes = Math.round(milliseconds / MINUTE);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(milliseconds / HOUR);
  if (hours < 48) return `${hours} h`;
  return `${Math.round(milliseconds / (24 * HOUR))} days`;
}

/** "Tuesday, 24 November 2026 at 17:05:00 GMT+1": nothing is left to guess. */
export function absolute(date) {
  const format = { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "numeric", minute: "2-digit", second: date.getSeconds() ? "2-digit" : undefined, timeZoneName: "short" };
  return date.toLocaleString(LOCALE, format);
}

/** Noon of a day like "2026-11-24", in the browser's zone: right for its day whatever the clocks do. */
export const noonOf = (isoDay) => new Date(`${isoDay}T12:00`);

/** "Today", "Friday", "Fri, 4 Dec". */
export const dayName = (date, now = new Date()) => capital(day(date, now));

/** "Tuesday, 24 November 2026". */
export const absoluteDay = (date) => date.toLocaleDateString(LOCALE, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** The local day as a date field has it: "2026-11-24". */
export const dayField = (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, "0")).join("-");

/** The local time as a time field has it: "17:05". */
export const timeField = (date) => [date.getHours(), date.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":");

/** Some days later at the same time on the clock, or at `hour` o'clock. */
export function daysLater(date, days, hour) {
  const later = new Date(date);
  later.setDate(later.getDate() + days);
  if (hour !== undefined) later.setHours(hour, 0, 0, 0);
  return later;
}

export const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** How late something came, in words; empty up to a minute. */
export function lateness(due, came) {
  const late = came - due;
  if (late < MINUTE) return "";
  return `${lapse(late)} late`;
}
