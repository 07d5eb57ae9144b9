// Comes in by the link, then keeps what is shown as it is now: one small question every two seconds while somebody looks.

import { setUp } from "./acting.js";
import { call } from "./api.js";
import { byId, el, show } from "./dom.js";
import { applications, at, components, tiles, topics } from "./overview.js";
import { inspector, list } from "./reminders.js";

const PERIOD = 2000;

const main = byId("main");
const listState = { wanted: "pending", search: "", rows: [], next: null, loaded: false, selected: null, longer: false };
let seen = null;
let letters = [];
let found = null;
let turn = 0;

async function start() {
  const code = /^#enter=(.+)$/.exec(location.hash)?.[1];
  if (code) {
    history.replaceState(null, "", "/#/applications");
    try {
      await call("POST", "/enter", { body: { code } });
    } catch (error) {
      return outside(error.message);
    }
  }
  let me;
  try {
    me = await call("GET", "/me");
  } catch (error) {
    return outside(error.message);
  }
  setUp(me, () => { seen && draw(); refresh(); });
  byId("name").textContent = `${me.operator} · ${me.role}`;
  for (const id of ["views", "who", "tiles"]) byId(id).hidden = false;
  byId("leave").addEventListener("click", async () => {
    await call("POST", "/leave").catch(() => {});
    location.reload();
  });
  addEventListener("hashchange", () => { route(); refresh(); main.focus({ preventScroll: true }); });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
  route();
  await refresh();
  setInterval(() => document.visibilityState === "visible" && refresh(), PERIOD);
}

function outside(reason) {
  for (const id of ["views", "who", "tiles"]) byId(id).hidden = true;
  show(main, el("div", { class: "empty", "data-testid": "outside" }, el("p", { text: reason }), el("code", { text: "scripts/todo-ops page --role operator" })));
}

/** {view, id}: where the address leads. */
function where() {
  const [, view = "applications", id] = /^#\/([a-z]+)(?:\/([A-Za-z0-9_-]+))?$/.exec(location.hash) ?? [];
  return { view, id };
}

function route() {
  const { view, id } = where();
  for (const link of byId("views").children) link.toggleAttribute("aria-current", link.hash === `#/${view}`);
  for (const link of byId("views").querySelectorAll("[aria-current]")) link.setAttribute("aria-current", "page");
  if (listState.selected !== id) found = null;
  listState.selected = id ?? null;
  if (seen) draw();
}

let running = null;

/** Ask for what is shown, once at a time. */
function refresh() {
  running ??= ask().finally(() => { running = null; });
  return running;
}

async function ask() {
  const mine = ++turn;
  const { view, id } = where();
  try {
    const wanted = [call("GET", "/overview")];
    if (view === "topics") wanted.push(call("GET", "/letters").then((some) => { letters = some; }));
    if (view === "reminders" && !listState.longer) wanted.push(firstPage());
    if (view === "reminders" && id) wanted.push(call("GET", `/reminders/${id}`).then((one) => { if (where().id === id) found = one; }));
    const [overview] = await Promise.all(wanted);
    if (mine !== turn) return;
    seen = overview;
    connected(true);
    trouble();
  } catch (error) {
    if (error.status === 401) return outside(error.message);
    connected(false);
    if (seen) trouble(error.message);
    else show(main, el("p", { class: "empty", text: error.message }));
    return;
  }
  draw();
}

const query = (after) => `/reminders?${new URLSearchParams({ wanted: listState.wanted, search: listState.search, ...(after ? { after } : {}) })}`;

async function firstPage() {
  const asked = query();
  const page = await call("GET", asked);
  if (asked !== query() || listState.longer) return;
  Object.assign(listState, { rows: page.reminders, next: page.next_after, loaded: true });
}

const listing = {
  choose(wanted) {
    Object.assign(listState, { wanted, rows: [], next: null, loaded: false, longer: false });
    draw();
    restart();
  },
  search(text) {
    Object.assign(listState, { search: text.trim(), rows: [], next: null, loaded: false, longer: false });
    restart();
  },
  async more() {
    listState.longer = true;
    const page = await call("GET", query(listState.next));
    Object.assign(listState, { rows: [...listState.rows, ...page.reminders], next: page.next_after });
    draw();
  },
};

/** What is being asked is not wanted any more. */
async function restart() {
  await running?.catch(() => {});
  await refresh();
}

function draw() {
  tiles(byId("tiles"), seen);
  const { view, id } = where();
  switch (view) {
    case "reminders": return reminders(id);
    case "topics": return topics(pane("topics"), seen, letters);
    case "components": return components(pane("components"), seen);
    default: return applications(pane("applications"), seen);
  }
}

/** The place for a view; another one's is taken away. */
function pane(name) {
  const there = main.querySelector(`:scope > [data-view="${name}"]`);
  if (there) return there;
  const made = el("div", { "data-view": name, "data-testid": `view-${name}` });
  main.replaceChildren(made);
  return made;
}

function reminders(id) {
  const place = pane("reminders");
  if (!place.firstElementChild) place.append(el("div", { class: "split" }, el("div", { class: "list" }), el("div", { class: "one" })));
  const [left, right] = place.firstElementChild.children;
  place.firstElementChild.classList.toggle("open", Boolean(id));
  list(left, listState, listing);
  if (!id) show(right);
  else if (found) inspector(right, found);
  else show(right, el("p", { class: "empty", text: "Looking…" }));
}

function connected(yes) {
  const live = byId("live");
  live.classList.toggle("lost", !yes);
  const text = yes ? "Live" : "Not connected";
  if (live.textContent !== text) live.textContent = text;
  live.title = yes && seen ? `as of ${at(seen)} UTC` : "";
}

function trouble(message) {
  const node = byId("trouble");
  const said = message ?? [seen.draining && (seen.drained ? "Drained: nothing new is taken, and nothing is under way." : `Draining: ${seen.waits_for.join("; ")}.`), ...seen.problems].filter(Boolean).join(" ");
  node.hidden = !said;
  node.classList.toggle("calm", !message && seen.problems.length === 0);
  if (node.textContent !== said) node.textContent = said;
}

await start();
