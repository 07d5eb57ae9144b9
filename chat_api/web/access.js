// Ways in for other programs, within the settings: API tokens and the calendar's address.

import { ask } from "./dialog.js";
import { el, hook, part } from "./dom.js";

/** A secret that is shown once, with a button that copies it. */
export function secret(value, label) {
  const field = el("input", { class: "secret", value, readonly: true, "aria-label": label, "data-testid": "secret" });
  const copy = el("button", { type: "button", class: "button secondary", text: "Copy", onclick: take });
  async function take() {
    try {
      await navigator.clipboard.writeText(value);
      copy.textContent = "Copied";
    } catch {
      // Not allowed here (plain HTTP to another machine): it can still be copied by hand.
      field.select();
    }
  }
  field.addEventListener("focus", () => field.select());
  return el("div", { class: "secret-row" }, field, copy);
}

const day = (iso) => new Date(iso).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });

/** The calendar feed: whether there is one, a new address, its end. */
export async function showFeed(dialog, client, signal) {
  const place = part(dialog, "feed");
  await section(place, signal, "calendar address", async (again) => {
    const { enabled, created_at: since } = await client.feed();
    const make = async () => {
      const { url } = await client.createFeed();
      await again();
      place.append(el("p", { class: "hint", text: "Add this address to your calendar app now: it is shown only this once." }), secret(new URL(url, location.origin).href, "Calendar address"));
    };
    return [
      el("p", { text: enabled ? `There is an address since ${day(since)}.` : "Your tasks can be shown in any calendar app, by a secret address that only reads." }),
      el("div", { class: "row" },
        action(enabled ? "New address" : "Create address", "feed-create", make),
        enabled && action("End it", "feed-end", async () => {
          await client.endFeed();
          await again();
        }, "danger"),
      ),
    ];
  });
}

/** The tokens: a list to revoke from, and a form for a new one. */
export async function showTokens(dialog, client, signal) {
  const place = part(dialog, "tokens");
  const form = hook(dialog, "token-form");
  const status = part(dialog, "token-status");
  const draw = await section(place, signal, "tokens", async (again) => {
    const tokens = await client.tokens();
    return tokens.map((token) => {
      const facts = [`made ${day(token.created_at)}`, token.last_used_at ? `used ${day(token.last_used_at)}` : "not used yet", token.expires_at && `ends ${day(token.expires_at)}`];
      return el("div", { class: "token", "data-testid": "token-item" },
        el("div", {}, el("p", { text: token.name }), el("p", { class: "hint", text: facts.filter(Boolean).join(", ") })),
        action("Revoke", "token-revoke", async () => {
          await client.revokeToken(token.id);
          await again();
        }, "danger", `Revoke ${token.name}`),
      );
    });
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = form.elements.name.value.trim();
    if (!name) return form.elements.name.focus();
    try {
      const { token } = await client.createToken({ name, expires_in_days: Number(form.elements.days.value) || null });
      form.reset();
      await draw();
      status.replaceChildren(el("p", { class: "hint", text: "Copy the token now: it is shown only this once." }), secret(token, "New token"));
    } catch (error) {
      if (!signal.aborted) status.replaceChildren(el("p", { text: error.message }));
    }
  });
}

/** The end of the account, which takes the password and a yes. */
export function wireClosing(dialog, signal, closeAccount) {
  const form = hook(dialog, "close-form");
  const status = part(dialog, "close-status");
  const { password } = form.elements;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!password.value) return password.focus();
    const choices = [{ value: "close", label: "Delete it", kind: "danger" }];
    const answer = await ask({ title: "Delete your account?", text: "Everything in it goes at once and cannot be brought back.", choices, cancel: "Keep it" }, signal);
    if (answer !== "close") return;
    try {
      await closeAccount(password.value);
    } catch (error) {
      if (!signal.aborted) status.textContent = error.message;
    }
  });
}

/** Fill a place with what `build` answers, and say it where that fails; the answer draws it again. */
export async function section(place, signal, what, build) {
  async function draw() {
    try {
      const nodes = await build(draw);
      place.replaceChildren(...nodes);
    } catch (error) {
      if (!signal.aborted) place.replaceChildren(el("p", { class: "hint", text: `The ${what} could not be read. ${error.message}` }));
    }
  }
  await draw();
  return draw;
}

export function action(text, testid, run, kind = "secondary", label = null) {
  const node = el("button", { type: "button", class: `button ${kind}`, "data-testid": testid, "aria-label": label, text });
  node.addEventListener("click", async () => {
    if (node.ariaBusy === "true") return;
    node.ariaBusy = "true";
    try {
      await run();
    } catch (error) {
      if (error.name !== "AbortError") node.after(el("span", { class: "hint", role: "alert", text: error.message }));
    } finally {
      node.ariaBusy = "false";
    }
  });
  return node;
}
