// Ways to be reached when the page is closed, within the settings: e-mail and a webhook.

import { action, secret, section } from "./access.js";
import { el, part } from "./dom.js";

/** What the server offers, what is chosen of it, and how to change that. */
export async function showChannels(dialog, client, signal) {
  const place = part(dialog, "channels");
  await section(place, signal, "channels", async (again) => {
    const { push, email, webhook } = await client.channel("GET");
    const browsers = push.browsers === 1 ? "One browser of yours shows" : `${push.browsers} browsers of yours show`;
    return [
      push.browsers > 0 && el("p", { class: "hint", text: `${browsers} them as notifications.` }),
      ...mail(email, client, again),
      ...hook(webhook, client, again, place),
    ].filter(Boolean);
  });
}

function mail(email, client, again) {
  if (!email.offered) return [el("p", { class: "hint", text: "E-mail is not set up on this server." })];
  const send = async (address) => {
    await client.channel("PUT", "/email", { address });
    await again();
  };
  const address = field("email", "email-address", email.address ? "Another address" : "Your e-mail address", "you@example.org");
  return [
    email.address && choice(email, `E-mail my reminders to ${email.address}`, "email-on", (enabled) => client.channel("PATCH", "/email", { enabled }), again,
      action("Forget", "email-forget", () => client.channel("DELETE", "/email").then(again), "danger", `Forget ${email.address}`)),
    ...(email.unconfirmed ? confirmation(email.unconfirmed, client, again, send) : []),
    form("email-form", address, "Mail me a code", () => send(address.value.trim())),
  ];
}

function confirmation(address, client, again, send) {
  const code = field("text", "email-code", `Code that was mailed to ${address}`, "123456", { inputmode: "numeric", autocomplete: "one-time-code", maxlength: 6 });
  const confirm = async () => {
    await client.channel("POST", "/email/confirm", { code: code.value.trim() });
    await again();
  };
  return [
    el("p", { text: `A code was mailed to ${address}. Enter it to have your reminders there.` }),
    form("email-code-form", code, "Confirm", confirm, action("Mail another", "email-resend", () => send(address))),
  ];
}

function hook(webhook, client, again, place) {
  if (!webhook.offered_hosts.length) return [el("p", { class: "hint", text: "Webhooks are not set up on this server." })];
  const url = field("url", "webhook-url", webhook.url ? "Another webhook" : "Webhook", "https://…");
  const set = async () => {
    const made = await client.channel("PUT", "/webhook", { url: url.value.trim() });
    await again();
    place.append(el("p", { class: "hint", text: "Verify the signature with this secret (Standard Webhooks). It is shown only this once." }), secret(made.secret, "Webhook secret"));
  };
  return [
    webhook.url && choice(webhook, `Post my reminders to ${webhook.url}`, "webhook-on", (enabled) => client.channel("PATCH", "/webhook", { enabled }), again,
      action("Forget", "webhook-forget", () => client.channel("DELETE", "/webhook").then(again), "danger", "Forget the webhook")),
    webhook.problem && el("p", { class: "form-error", "data-testid": "webhook-problem", text: webhook.problem }),
    form("webhook-form", url, "Use it", set),
    el("p", { class: "hint", text: `This server posts to: ${webhook.offered_hosts.join(", ")}.` }),
  ];
}

/** Whether a channel is used, with a way to end it. */
function choice({ enabled }, label, testid, turn, again, end) {
  const box = el("input", { type: "checkbox", checked: enabled, "data-testid": testid });
  const line = el("div", { class: "setting" }, el("label", { class: "check" }, box, el("span", { class: "long", text: label })), end);
  box.addEventListener("change", async () => {
    try {
      await turn(box.checked);
      await again();
    } catch (error) {
      box.checked = !box.checked;
      complain(line, error);
    }
  });
  return line;
}

const field = (type, testid, label, placeholder, more = {}) =>
  el("input", { type, name: "name", placeholder, "aria-label": label, autocomplete: "off", maxlength: 1000, "data-testid": testid, ...more });

function form(testid, input, label, run, ...more) {
  const node = el("form", { class: "row", novalidate: true, "data-testid": testid }, input, el("button", { type: "submit", class: "button secondary", text: label }), ...more);
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!input.value.trim()) return input.focus();
    if (node.ariaBusy === "true") return;
    node.ariaBusy = "true";
    try {
      await run();
    } catch (error) {
      complain(node, error);
    } finally {
      node.ariaBusy = "false";
    }
  });
  return node;
}

/** Say below a line why it did not work, instead of what was said there before. */
function complain(node, error) {
  if (error.name === "AbortError") return;
  if (node.nextElementSibling?.getAttribute("role") === "alert") node.nextElementSibling.remove();
  const reason = Object.values(error.fields ?? {}).join("; ") || error.message;
  node.after(el("p", { class: "form-error", role: "alert", text: reason }));
}
