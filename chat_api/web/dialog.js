// Modal dialogs on the native <dialog>: the browser keeps the focus inside and closes on Escape.

import { ApiError } from "./api.js";
import { el, rememberFocus } from "./dom.js";

/**
 * Show a dialog and remove it once it is closed; [data-close] inside closes it, with its value.
 * @returns {Promise<string>} the value it was closed with, "" when it was cancelled
 */
export function show(dialog, signal) {
  const back = rememberFocus();
  document.adoptNode(dialog);
  document.body.append(dialog);
  dialog.showModal();
  dialog.addEventListener("click", (event) => {
    const closer = event.target.closest("[data-close]");
    if (closer) dialog.close(closer.dataset.close);
  });
  const abort = () => dialog.close("");
  signal?.addEventListener("abort", abort);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      signal?.removeEventListener("abort", abort);
      dialog.remove();
      back();
      resolve(dialog.returnValue);
    });
  });
}

let templates = null;

/** A dialog from the page's own dialogs.html, which is read when it is first wanted. Throws ApiError. */
export async function dialogFrom(id) {
  templates ??= read();
  try {
    return (await templates).getElementById(id).content.firstElementChild.cloneNode(true);
  } catch (error) {
    templates = null;
    throw error;
  }
}

async function read() {
  const [response] = await Promise.all([fetch("/static/dialogs.html"), styled()]).catch(() => []);
  if (!response?.ok) throw new ApiError("This part of the page could not be loaded. Check your connection, then try again.");
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Their style sheet, which the first page does without. */
const styled = () => new Promise((resolve, reject) => {
  const sheet = el("link", { rel: "stylesheet", href: "/static/forms.css" });
  sheet.onload = resolve;
  sheet.onerror = reject;
  document.head.append(sheet);
});

/** Ask with one button for each choice ({value, label, kind}); the chosen value, "" for none of them. */
export function ask({ title, text, choices, cancel = "Cancel" }, signal) {
  const buttons = choices.map(({ value, label, kind = "primary" }) =>
    el("button", { type: "button", class: `button ${kind}`, "data-close": value, "data-testid": `ask-${value}`, text: label }),
  );
  const dialog = el("dialog", { class: "dialog small", role: "alertdialog", "aria-labelledby": "ask-title", "aria-describedby": "ask-text" },
    el("h2", { id: "ask-title", text: title }),
    el("p", { id: "ask-text", text }),
    el("div", { class: "dialog-actions" }, el("button", { type: "button", class: "button quiet", "data-close": "", text: cancel }), ...buttons),
  );
  return show(dialog, signal);
}

/** Ask for a short text; null when cancelled or left empty. */
export async function prompt({ title, label, value = "", action }, signal) {
  const input = el("input", { id: "prompt-input", value, maxlength: 100, required: true, autocomplete: "off", "data-testid": "prompt-input" });
  const dialog = el("dialog", { class: "dialog small", "aria-labelledby": "prompt-title" });
  const form = el("form", { onsubmit: submit },
    el("h2", { id: "prompt-title", text: title }),
    el("div", { class: "field" }, el("label", { for: "prompt-input", text: label }), input),
    el("div", { class: "dialog-actions" },
      el("button", { type: "button", class: "button quiet", "data-close": "", text: "Cancel" }),
      el("button", { type: "submit", class: "button primary", "data-testid": "prompt-ok", text: action }),
    ),
  );
  function submit(event) {
    event.preventDefault();
    dialog.close("ok");
  }
  dialog.append(form);
  const answer = show(dialog, signal);
  input.select();
  return (await answer) === "ok" ? input.value.trim() || null : null;
}
