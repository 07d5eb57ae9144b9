// The reminders of all users, and one of them in full: why did it, or did it not, ring?

import { actionButton, actionSwitch } from "./acting.js";
import { chip, el, say, show, table } from "./dom.js";
import { clock, near, utc } from "./time.js";

const MOODS = { pending: "waiting", scheduled: "good", fired: "good", cancelled: "", skipped: "" };
const FILTERS = [["pending", "Waiting"], ["overdue", "Overdue"], ["failed", "Failed"], ["all", "All"]];

/** The list, with its filters; `state` is {wanted, search, page, selected}. */
export function list(node, state, { choose, search, more }) {
  const columns = [{ name: "Due (UTC)" }, { name: "What", class: "wide" }, { name: "User", class: "spare" }, { name: "Status" }];
  const rows = state.rows.map((one) => ({
    attributes: { "data-testid": "reminder", "aria-selected": one.reminder_id === state.selected ? "true" : undefined },
    cells: [
      el("span", { title: utc(one.due_at) }, utc(one.due_at), el("br"), el("span", { class: "hint", text: near(one.due_at) })),
      el("a", { class: "title", href: `#/reminders/${one.reminder_id}`, "data-focus": one.reminder_id, text: one.title }),
      { class: "spare", content: one.email },
      chip(one.status, MOODS[one.status]),
    ],
  }));
  show(node,
    el("div", { class: "filters" },
      el("div", { class: "segments", role: "group", "aria-label": "Which reminders" }, FILTERS.map(([wanted, name]) => el("button", {
        type: "button", "aria-pressed": String(state.wanted === wanted), "data-testid": `filter-${wanted}`, "data-focus": `filter-${wanted}`, text: name, onclick: () => choose(wanted),
      }))),
      el("input", { type: "search", "aria-label": "Search by title or id", placeholder: "Title, or a reminder's id", value: state.search, "data-testid": "search", "data-focus": "search", onchange: (event) => search(event.target.value) })),
    rows.length ? table("Reminders", columns, rows, "reminders") : el("p", { class: "empty", "data-testid": "no-reminders", text: state.loaded ? "None." : "Looking…" }),
    state.next && el("p", { class: "row end" }, el("button", { type: "button", class: "button", "data-testid": "more", "data-focus": "more", text: "Show more", onclick: more })));
}

/** One reminder. */
export function inspector(node, found) {
  const row = found.facts.reminder;
  const title = row?.title ?? found.actor?.title ?? "A reminder";
  show(node, el("article", { class: "inspector", "data-testid": "inspector", "aria-label": "One reminder" },
    el("header", {},
      el("div", {}, el("h2", { text: title }), el("p", { class: "hint" }, row ? `${row.email} · ` : "", el("span", { class: "mono", text: found.reminder_id }))),
      el("a", { class: "button", href: "#/reminders", "data-testid": "close", "data-focus": "close", text: "Close" })),
    el("div", { class: "body" },
      verdict(found.verdict),
      found.problems.length > 0 && el("p", { class: "verdict bad", text: `Could not be asked: ${found.problems.join("; ")}` }),
      el("div", { class: "states" },
        state("What the user wants", row && row.status, row && `${utc(row.due_at)} UTC`, row ? `task version ${row.version}` : "no row any more", "chat-api"),
        state("Its actor", found.actor?.status, found.actor && `${utc(found.actor.due_at)} UTC`, found.actor ? `version ${found.actor.version}${found.actor.last_error ? `, ${found.actor.last_error}` : ""}` : "has stored nothing", "actor"),
        state("Its job", found.job && "armed", found.job?.due_at && `${utc(found.job.due_at)} UTC`, found.job ? found.job.name : "has none", "job")),
      row && el("div", { class: "acting" }, actionSwitch(),
        ["pending", "scheduled"].includes(row.status) && actionButton("Fire now", { kind: "fire", reminder_id: found.reminder_id, title: "Have it ring now?", text: `“${title}” rings at once for ${row.email}, whenever it is due.` }),
        actionButton("Reschedule…", { kind: "reschedule", reminder_id: found.reminder_id, time: true, yes: "Reschedule", title: "When is it to ring?", text: `“${title}” moves for ${row.email}, who sees it and can take it back. The time is of your own zone.` })),
      el("section", {}, el("h3", { text: "Timeline (UTC)" }),
        el("ol", { class: "timeline", "data-testid": "timeline" }, found.timeline.map(moment))),
      found.trace_ids.length > 0 && el("section", {}, el("h3", { text: "Traces" }),
        el("p", { class: "hint", text: "The id in every log line of it; click to copy." }),
        el("div", { class: "traces" }, found.trace_ids.map((id) => el("button", { type: "button", class: "trace", "data-testid": "trace", "data-focus": `trace-${id}`, text: id, onclick: () => copy(id) })))))));
}

function verdict({ mood, headline, because, advice }) {
  return el("section", { class: `verdict ${mood}`, "data-testid": "verdict", "data-mood": mood, "aria-label": "Why it did or did not ring" },
    el("h3", { text: headline }), because.map((text) => el("p", { text })), advice && el("p", { class: "advice", text: advice }));
}

function state(name, status, due, detail, testid) {
  return el("section", { class: `state ${status ? "" : "missing"}`, "data-testid": `state-${testid}` },
    el("h3", { text: name }), el("strong", { text: status ?? "nothing" }), due && el("p", { text: due }), el("p", { text: detail }));
}

function moment(one) {
  return el("li", { class: `${one.mood} ${one.future ? "future" : ""}`, "data-testid": "moment" },
    el("time", { datetime: one.at, title: `${utc(one.at)} UTC`, text: clock(one.at) }),
    el("div", {}, el("p", { class: "what" }, el("strong", { text: one.what }), el("span", { class: "by" }, one.source, one.trace_id && el("span", { class: "mono", title: one.trace_id, text: ` · ${one.trace_id.slice(0, 8)}` }))),
      one.detail && el("p", { class: "detail", text: one.detail })));
}

async function copy(id) {
  try {
    await navigator.clipboard.writeText(id);
    say(`Copied: grep ${id} .data/logs/*.log`);
  } catch {
    say(id);
  }
}
