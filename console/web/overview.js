// Applications with their replicas, topics with their lag and dead letters, components and subscriptions as loaded.

import { actionButton, actionSwitch } from "./acting.js";
import { chip, el, show, table } from "./dom.js";
import { clock, lag, near, span, utc } from "./time.js";

const MOODS = { ready: "good", "not ready": "waiting", silent: "bad", "never heard of": "bad" };

/** The figures at the top. */
export function tiles(node, seen) {
  const ready = seen.applications.filter((app) => app.state === "ready").length;
  const work = seen.workload;
  const closed = seen.topics.filter((topic) => !topic.open).length;
  const tile = (name, value, small, mood) => el("dl", { class: `tile ${mood ?? ""}` }, el("dt", { text: name }), el("dd", {}, String(value ?? "–"), el("small", { text: small })));
  show(node,
    tile("Applications", `${ready} of ${seen.applications.length}`, ready === seen.applications.length ? "all are ready" : "not all are ready", ready === seen.applications.length ? "" : "bad"),
    tile("Reminders waiting", work?.pending, work ? `of ${work.users} users` : "not known"),
    tile("Due right now", work?.overdue, work?.overdue ? "should have rung" : "nothing is late", work?.overdue ? "waiting" : ""),
    tile("Jobs armed", seen.jobs, "in Dapr's scheduler"),
    tile("Outbox", work?.outbox, work?.outbox ? "to be published" : "everything is published", work?.outbox > 100 ? "waiting" : ""),
    tile("Dead letters", seen.dead_letters, closed ? `${closed} topics are not read` : "topics are being read", seen.dead_letters || closed ? "bad" : ""));
}

/** Applications and replicas. */
export function applications(node, seen) {
  show(node, el("h2", {}, "Applications", el("small", { text: "each replica says how it and its sidecar are, every two seconds" })),
    el("div", { class: "cards" }, seen.applications.map(card)));
}

function card(app) {
  return el("article", { class: "card", "data-testid": "application", "data-app": app.app_id },
    el("header", {}, el("h3", { text: app.app_id }), chip(app.state, MOODS[app.state], { "data-testid": "app-state" })),
    app.replicas.length ? app.replicas.map(replica) : el("p", { class: "replica hint", text: "No replica has said anything. Does it run?" }));
}

function replica({ report, state, silent_seconds: silent }) {
  const { sidecar } = report;
  const away = state === "silent" && chip(`silent for ${span(silent)}`, "bad");
  return el("div", { class: "replica", "data-testid": "replica" },
    el("div", { class: "line" }, el("strong", { class: "mono", text: `${report.host} · ${report.pid}` }),
      el("span", { class: "hint", title: `started ${utc(report.started_at)} UTC`, text: `up ${span((new Date(report.at) - new Date(report.started_at)) / 1000)}` })),
    el("p", { class: "hint", text: sidecar ? `daprd ${sidecar.runtime_version}, ${sidecar.app_connection || "no app port"}, ${sidecar.components.length} components` : "its sidecar is away" }),
    el("ul", { class: "checks" }, Object.entries(report.checks).map(([name, fine]) => el("li", { class: fine ? "" : "bad", text: fine ? name : `${name} is away` }))),
    sidecar?.actors.map((kind) => el("p", { class: "actors" }, el("a", { href: "#/reminders", "data-testid": "actor-type", text: kind.type }), el("span", { "data-testid": "actor-count", text: `${kind.count} in memory` }))),
    (away || report.draining) && el("p", { class: "row" }, away, report.draining && chip("takes no new work", "waiting")));
}

/** Topics, and the dead letters that wait. */
export function topics(node, seen, letters) {
  const columns = [{ name: "Topic" }, { name: "Read by" }, { name: "State" }, { name: "Lag of the last event", class: "number" }, { name: "Last event" }, { name: "Handled", class: "number" }, { name: "In hand", class: "number" }, { name: "Came back", class: "number" }, { name: "Dead letters", class: "number" }];
  const rows = seen.topics.map((one) => ({ cells: [
    el("strong", { text: one.topic }), one.reader, chip(one.open ? "open" : "closed", one.open ? "good" : "bad"), lag(one.lag_seconds),
    one.last_at ? `${near(one.last_at)}` : "none yet", String(one.handled), String(one.in_flight), String(one.failed),
    one.dead_letters ? chip(String(one.dead_letters), "bad") : "0",
  ] }));
  show(node,
    el("h2", {}, "Topics", el("small", { text: "lag: from the moment that something happened until its reader had the event" })),
    table("Topics and their readers", columns, rows, "topics"),
    el("h2", {}, "Dead letters", el("small", { text: "messages that no retry can help; repair the cause, then replay" })),
    el("div", { class: "acting" }, actionSwitch(), actionButton("Run the repair sweep", { kind: "repair", title: "Run the repair sweep now?", text: "It compares what users asked for with actors and jobs, and puts right what is missing or late. It runs by itself every half minute." })),
    el("div", { class: "gap" }),
    letters.length ? table("Dead letters", [{ name: "Received (UTC)" }, { name: "Of" }, { name: "From" }, { name: "Why", class: "wide" }, { name: "Size", class: "number" }, { name: "" }], letters.map(letter), "letters")
      : el("p", { class: "empty", "data-testid": "no-letters", text: "None waits." }));
}

function letter(one) {
  const replay = actionButton("Replay", { kind: "replay", letter_id: one.letter_id, title: "Hand it over again?", text: `${one.service} handles the message from ${one.source} once more. If it fails again, that is a new dead letter.` });
  return { attributes: { "data-testid": "letter" }, cells: [utc(one.received_at), one.service, one.source, one.reason, `${one.size} B`, replay] };
}

/** What each sidecar has loaded. */
export function components(node, seen) {
  const apps = seen.applications.filter((app) => app.replicas[0]?.report.sidecar);
  const loaded = new Map(apps.map((app) => [app.app_id, app.replicas[0].report.sidecar]));
  const all = new Map([...loaded.values()].flatMap((sidecar) => sidecar.components).map((one) => [one.name, one]));
  const columns = [{ name: "Component" }, { name: "Type" }, ...apps.map((app) => ({ name: app.app_id, class: "mark" }))];
  const rows = [...all.values()].sort((a, b) => a.name.localeCompare(b.name)).map((one) => ({ cells: [
    el("strong", { text: one.name }), el("span", { class: "mono", text: `${one.type}/${one.version}` }),
    ...apps.map((app) => (loaded.get(app.app_id).components.some((other) => other.name === one.name) ? el("span", { title: `${app.app_id} has it`, text: "●" }) : "")),
  ] }));
  const subscriptions = apps.flatMap((app) => loaded.get(app.app_id).subscriptions.map((one) => ({ cells: [el("strong", { text: one.topic }), app.app_id, one.pubsub, one.kind] })));
  subscriptions.sort((a, b) => a.cells[0].textContent.localeCompare(b.cells[0].textContent));
  show(node,
    el("h2", {}, "Components", el("small", { text: "as each sidecar's metadata has them: an app sees what it is scoped to" })),
    table("Components by application", columns, rows, "components"),
    el("h2", {}, "Subscriptions", el("small", { text: "as daprd has them open" })),
    table("Subscriptions", [{ name: "Topic" }, { name: "Application" }, { name: "Through" }, { name: "Kind" }], subscriptions, "subscriptions"),
    el("h2", {}, "Dapr's scheduler and placement"),
    table("Control plane", [{ name: "Application" }, { name: "Scheduler" }, { name: "Placement" }], apps.map((app) => {
      const sidecar = loaded.get(app.app_id);
      return { cells: [app.app_id, el("span", { class: "mono", text: sidecar.scheduler_addresses.join(", ") || "none" }), sidecar.placement || "–"] };
    }), "control-plane"));
}

export const at = (seen) => clock(seen.at).slice(0, 8);
