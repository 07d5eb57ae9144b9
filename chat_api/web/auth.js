// The log-in form, which is the registration form too.

import { logIn } from "./api.js";
import { fromTemplate, hook, part } from "./dom.js";

const WORDS = {
  logIn: { heading: "Welcome back", submit: "Log in", question: "New here?", toggle: "Create an account" },
  register: { heading: "Create your account", submit: "Create account", question: "Have an account?", toggle: "Log in" },
};
const SHORTEST_PASSWORD = 8;
const BAD_EMAIL = "Write your e-mail address like this: anna@example.org.";

/** Show the form. `onLoggedIn` runs once there is a session; `notice` says why the person is here, if there is a reason. */
export function showAuth(root, { notice, onLoggedIn }) {
  const view = fromTemplate("auth-view");
  const form = hook(view, "auth-form");
  const { email, password } = form.elements;
  const submit = hook(view, "auth-submit");
  const reveal = part(view, "reveal");
  let register = false;
  let busy = false;

  function setMode(next) {
    register = next;
    const words = register ? WORDS.register : WORDS.logIn;
    view.querySelector(".auth-heading").textContent = words.heading;
    submit.textContent = words.submit;
    part(view, "question").textContent = words.question;
    hook(view, "auth-toggle").textContent = words.toggle;
    part(view, "hint").hidden = !register;
    password.autocomplete = register ? "new-password" : "current-password";
    showError("");
  }

  function showError(message, field) {
    hook(view, "auth-error").textContent = message;
    for (const input of [email, password]) {
      if (input === field) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    field?.focus();
  }

  function complaint() {
    if (!email.value.trim() || !email.validity.valid) return [BAD_EMAIL, email];
    if (!password.value) return ["Write your password.", password];
    if (register && password.value.length < SHORTEST_PASSWORD) {
      return [`The password needs at least ${SHORTEST_PASSWORD} characters.`, password];
    }
    return null;
  }

  function refused(error) {
    if (error.fields.email) showError(BAD_EMAIL, email);
    else if (error.fields.password) showError(`Password: ${error.fields.password}`, password);
    else showError(error.message, error.status === 401 ? password : error.status === 409 ? email : undefined);
  }

  async function send(event) {
    event.preventDefault();
    if (busy) return;
    const wrong = complaint();
    if (wrong) return showError(...wrong);
    busy = true;
    showError("");
    // Not `disabled`: that would take the focus away.
    submit.setAttribute("aria-disabled", "true");
    try {
      await logIn(email.value.trim(), password.value, { register });
      onLoggedIn();
    } catch (error) {
      refused(error);
    } finally {
      busy = false;
      submit.removeAttribute("aria-disabled");
    }
  }

  form.addEventListener("submit", send);
  hook(view, "auth-toggle").addEventListener("click", () => {
    setMode(!register);
    (email.value ? password : email).focus();
  });
  reveal.addEventListener("click", () => {
    const shown = password.type === "text";
    password.type = shown ? "password" : "text";
    reveal.setAttribute("aria-pressed", String(!shown));
  });

  if (notice) {
    part(view, "notice").textContent = notice;
    part(view, "notice").hidden = false;
  }
  setMode(false);
  document.title = "Todo assistant";
  root.replaceChildren(view);
  email.focus();
}
