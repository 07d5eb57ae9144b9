// A recurrence rule (RFC 5545) in a few words.

const UNITS = { SECONDLY: "second", MINUTELY: "minute", HOURLY: "hour", DAILY: "day", WEEKLY: "week", MONTHLY: "month", YEARLY: "year" };
const DAYS = { MO: "Mon", TU: "Tue", WE: "Wed", TH: "Thu", FR: "Fri", SA: "Sat", SU: "Sun" };
const ORDINALS = { 1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", "-1": "last", "-2": "second last" };

/** "Every 2 weeks on Tue"; "Repeats" for a rule that has no short wording. */
export function describe(rule) {
  const text = /[^\s:]*FREQ=\S+/.exec(rule)?.[0] ?? "";
  const fields = Object.fromEntries(text.split(";").map((field) => field.split("=")));
  const unit = UNITS[fields.FREQ];
  if (!unit || fields.BYSETPOS || fields.BYMONTH || fields.BYWEEKNO || fields.BYYEARDAY) return "Repeats";
  const interval = Number(fields.INTERVAL ?? 1);
  if (fields.BYDAY === "MO,TU,WE,TH,FR" && interval === 1) return "Every weekday";
  const every = interval === 1 ? `Every ${unit}` : `Every ${interval} ${unit}s`;
  const on = [days(fields.BYDAY), monthDays(fields.BYMONTHDAY)].filter(Boolean).join(" or ");
  return [every, on && `on ${on}`, end(fields)].filter(Boolean).join(" ");
}

function end({ COUNT: count, UNTIL: until }) {
  if (count) return `${count} times in all`;
  return until && `until ${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}`;
}

/** The rules that a list of choices offers for something due on this date: [{rule, label}]. */
export function commonRules(due) {
  const day = Object.keys(DAYS)[(due.getDay() + 6) % 7];
  const rules = ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", `FREQ=WEEKLY;BYDAY=${day}`, `FREQ=WEEKLY;INTERVAL=2;BYDAY=${day}`, `FREQ=MONTHLY;BYMONTHDAY=${due.getDate()}`];
  return [...rules.map((rule) => ({ rule, label: describe(rule) })), { rule: "FREQ=YEARLY", label: "Every year" }];
}

function days(list) {
  return list
    ?.split(",")
    .map((item) => {
      const [, ordinal, day] = /^([+-]?\d+)?([A-Z]{2})$/.exec(item) ?? [];
      const place = ordinal ? `the ${ORDINALS[Number(ordinal)] ?? `${ordinal}.`} ` : "";
      return place + (DAYS[day] ?? item);
    })
    .join(", ");
}

function monthDays(list) {
  return list
    ?.split(",")
    .map((item) => (item === "-1" ? "the last day" : `day ${item}`))
    .join(", ");
}
