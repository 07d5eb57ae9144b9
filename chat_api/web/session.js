// One log-in's time on the page: puts the parts together and takes them away when it is over.

import { askForNotifications, notificationState, prepareSound, setSoundWanted, soundWanted } from "./alerts.js";
import { Client } from "./api.js";
import { Chat } from "./chat.js";
import { fromTemplate, hook, part, touchFirst } from "./dom.js";
import { followReminders } from "./live.js";
import { Reminders } from "./reminders.js";
import { Tasks } from "./tasks.js";
import { clearToasts, toast } from "./toast.js";
import { Transcript } from "./transcript.js";

const CONNECTION = { connecting: "Connecting…", live: "Live", reconnecting: "Reconnecting…", offline: "Offline" };

/** Show the app for this user. `onOver` runs with a sentence when the session expired, without one after a log-out. */
export function startSession(root, user, { onOver }) {
  const session = new AbortController();
  const { signal } = session;
  const view = fromTemplate("app-view");
  const client = new Client(signal, () => end("Your session has ended. Log in to go on."));
  const transcript = new Transcript(user.id);

  const tasks = new Tasks(view, client, signal, { onSettled: (taskId) => reminders.settle(taskId) });
  const reminders = new Reminders(view, client, { onTaskChanged: () => tasks.refreshSoon() });
  const chat = new Chat(view, client, transcript, { onAnswered: (changed) => tasks.refreshSoon(changed) });

  function end(reason) {
    if (signal.aborted) return;
    session.abort();
    clearToasts();
    onOver(reason);
  }

  async function logOut() {
    try {
      await client.logOut();
    } catch (error) {
      if (signal.aborted) return;
      toast(`You are still logged in. ${error.message}`);
      return;
    }
    transcript.forget();
    end();
  }

  function showConnection(state) {
    const node = hook(view, "connection");
    node.dataset.state = state;
    node.textContent = CONNECTION[state];
  }

  async function catchUp() {
    try {
      // Another tab may have logged in as somebody else since.
      if ((await client.me()).id !== user.id) return location.reload();
      await Promise.all([reminders.load(), tasks.refresh()]);
    } catch {
      // The connection state already says so.
    }
  }

  hook(view, "logout").addEventListener("click", logOut);
  hook(view, "logout").title = `Log out ${user.email}`;
  wireSwitch(view);
  wireSound(view);
  wireNotifications(view);
  prepareSound(signal);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && catchUp(), { signal });
  root.replaceChildren(view);
  chat.start();

  tasks.refresh();
  // The stream begins where the inbox ends; if the inbox cannot be read, it begins at the start.
  reminders
    .load()
    .catch(() => {})
    .finally(() => {
      if (signal.aborted) return;
      followReminders({
        lastId: () => reminders.lastId,
        onReminder: (item) => {
          reminders.receive(item);
          tasks.refreshSoon([item.task_id]);
        },
        onState: showConnection,
        onReopened: catchUp,
        probe: () => client.me(),
        signal,
      });
    });
}

/** On a phone, chat and tasks take turns. */
function wireSwitch(view) {
  const buttons = [...view.querySelectorAll("[data-show]")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      view.dataset.view = button.dataset.show;
      for (const other of buttons) {
        if (other === button) other.setAttribute("aria-current", "page");
        else other.removeAttribute("aria-current");
      }
    });
  }
}

function wireSound(view) {
  const button = part(view, "sound");
  const show = () => {
    const on = soundWanted();
    button.setAttribute("aria-pressed", String(on));
    button.title = on ? "Sound is on" : "Sound is off";
    button.querySelector("use").setAttribute("href", on ? "#icon-sound" : "#icon-mute");
  };
  button.addEventListener("click", () => {
    setSoundWanted(!soundWanted());
    show();
  });
  show();
}

function wireNotifications(view) {
  const button = part(view, "notify");
  // Phones' browsers have no notifications from an open page, whatever they answer.
  const show = () => (button.hidden = notificationState() !== "default" || touchFirst());
  button.addEventListener("click", async () => {
    const answer = await askForNotifications();
    show();
    if (answer === "granted") toast("Reminders will also show as notifications while this page is open.");
    if (answer === "denied") toast("Notifications are off. You can allow them in the browser's site settings.");
  });
  button.setAttribute("aria-label", "Notify me: show reminders as notifications");
  show();
}
