// Actions: off until switched on, confirmed one by one, and only for operators.

import { call } from "./api.js";
import { byId, el, say } from "./dom.js";

let visitor = { role: "viewer" };
let on = false;
let changed = () => {};

/** Who looks, and what to do when an action was done or actions were switched on. */
export function setUp(me, onChange) {
  visitor = me;
  changed = onChange;
}

/** The switch, for those who may act; for others a word about it. */
export function actionSwitch() {
  if (visitor.role !== "operator") return el("p", { class: "hint", "data-testid": "read-only", text: "You look only. A link from todo-ops page --role operator lets you act." });
  return el("label", { class: "switch" },
    el("input", {
      type: "checkbox", "data-testid": "actions-on", "data-focus": "actions-on", checked: on,
      onchange: (event) => { on = event.target.checked; changed(); },
    }), "Actions");
}

/** A button for an action, or nothing for those who only look. */
export function actionButton(name, { kind, title, text, yes, time, ...wish }) {
  if (visitor.role !== "operator") return null;
  return el("button", {
    type: "button", class: "button", disabled: !on, "data-testid": `act-${kind}`, "data-focus": `act-${kind}-${wish.letter_id ?? ""}`, text: name,
    title: on ? undefined : "Switch actions on first",
    onclick: () => confirm({ title, text, yes: yes ?? name, time }, (due) => act({ kind, ...wish, ...(due ? { due_at: due } : {}) })),
  });
}

function confirm({ title, text, yes, time }, then) {
  const dialog = byId("confirm");
  byId("confirm-title").textContent = title;
  byId("confirm-text").textContent = text;
  byId("confirm-yes").textContent = yes;
  byId("confirm-field").hidden = !time;
  const field = byId("confirm-time");
  field.required = Boolean(time);
  if (time) field.value = localInput(new Date(Date.now() + 600_000));
  dialog.returnValue = "";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") then(time ? new Date(field.value).toISOString() : null);
  }, { once: true });
  dialog.showModal();
}

/** As a datetime-local field has it, in the browser's zone. */
function localInput(date) {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

async function act(wish) {
  try {
    const answer = await call("POST", "/actions", { body: wish, csrf: visitor.csrf });
    say(answer.summary);
  } catch (error) {
    say(error.message);
  }
  changed();
}
