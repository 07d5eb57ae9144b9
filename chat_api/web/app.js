// The way in: who is logged in decides what is shown.

import { me } from "./api.js";
import { showAuth } from "./auth.js";
import { el } from "./dom.js";
import { startSession } from "./session.js";

const root = document.getElementById("root");

async function open({ notice } = {}) {
  let user;
  try {
    user = await me();
  } catch (error) {
    if (error.status === 401) showAuth(root, { notice, onLoggedIn: () => open() });
    else showFailure(error);
    return;
  }
  startSession(root, user, { onOver: (reason) => showAuth(root, { notice: reason, onLoggedIn: () => open() }) });
}

function showFailure(error) {
  const retry = el("button", { type: "button", class: "button primary", text: "Try again", onclick: () => open() });
  root.replaceChildren(el("main", { class: "boot" }, el("p", { role: "alert", text: error.message }), retry));
  retry.focus();
}

open();
