// What happened to the person's tasks, from the record that the server keeps apart from them.

import { dialogFrom, show } from "./dialog.js";
import { el, hook, part } from "./dom.js";
import { absolute, dayAndClock } from "./time.js";

const WORDS = {
  created: "Added",
  updated: "Changed",
  completed: "Done",
  reopened: "To do again",
  deleted: "Deleted",
  scheduled: "Reminder set",
  fired: "Reminded",
  cancelled: "Reminder dropped",
  snoozed: "Snoozed",
  acknowledged: "Seen to",
  missed: "Missed",
  "operator-done": "Whoever runs this server did",
  "operator-failed": "Whoever runs this server tried",
};

// What came of these is said by the reminder (snoozed, acknowledged) and by the task (changed).
const isShown = ({ kind }) => !["responded", "next-occurrence", "operator-began"].includes(kind);

/** Open it, newest first. */
export async function openActivity({ client, signal }) {
  const dialog = await dialogFrom("activity-view");
  const list = hook(dialog, "activity-list");
  const more = hook(dialog, "activity-more");
  const status = part(dialog, "activity-status");
  let next = "/activity?limit=30";

  async function load() {
    more.disabled = true;
    try {
      const page = await client.page(next);
      list.append(...page.data.filter(isShown).map(row));
      next = page.next;
      more.hidden = !next;
      status.textContent = list.childElementCount ? "" : "Nothing has happened yet.";
    } catch (error) {
      if (!signal.aborted) status.textContent = error.message;
      more.hidden = false;
    } finally {
      more.disabled = false;
    }
  }

  more.addEventListener("click", load);
  const closed = show(dialog, signal);
  await load();
  await closed;
}

function row({ kind, title, at, due_at: due }) {
  if (kind === "damaged") {
    return el("li", { class: "damaged", "data-testid": "activity-item" },
      el("p", { text: "This part of the record was altered or removed. Tell whoever runs this server." }));
  }
  const when = at && new Date(at);
  const reminded = kind === "scheduled" && due && `, for ${dayAndClock(new Date(due))}`;
  return el("li", { "data-testid": "activity-item", "data-kind": kind },
    el("p", {}, el("strong", { text: WORDS[kind] ?? kind }), title && `: ${title}`, reminded),
    when && el("time", { class: "hint", datetime: at, title: absolute(when), text: dayAndClock(when, new Date(), { exact: true }) }));
}
