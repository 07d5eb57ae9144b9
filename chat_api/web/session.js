// One log-in's time on the page: puts the parts together and takes them away when it is over.

import { askForNotifications, notificationState, prepareSound } from "./alerts.js";
import { Chat } from "./chat.js";
import { Client } from "./client.js";
import { connectionDisplay } from "./connection.js";
import { dialogFrom, show } from "./dialog.js";
import { setSoundWanted, soundWanted } from "./device.js";
import { fromTemplate, hook, part, touchFirst } from "./dom.js";
import { followReminders } from "./live.js";
import { followWorker, leavePush, pushPossible, subscribeToPush } from "./push.js";
import { Reminders } from "./reminders.js";
import { wireShortcuts } from "./shortcuts.js";
import { Tasks } from "./tasks.js";
import { clearToasts, toast } from "./toast.js";
import { Transcript } from "./transcript.js";
import { settleZone } from "./zone.js";

// Until the server has told what the person chose.
const DEFAULTS = { all_day_at: "09:00" };

/** Show the app for this user. `onOver` runs with a sentence when the session expired, without one after a log-out. */
export function startSession(root, user, { onOver }) {
  const session = new AbortController();
  const { signal } = session;
  const view = fromTemplate("app-view");
  const client = new Client(signal, () => end("Your session has ended. Log in to go on."));
  const transcript = new Transcript(user.id);
  const showConnection = connectionDisplay(view, signal);
  let preferences = DEFAULTS;
  let isOpening = false;

  const tasks = new Tasks(view, client, signal, {
    onSettled: (taskId) => reminders.settle(taskId),
    openEditor: (task) => opening(async () => {
      const { openEditor } = await import("./editor.js");
      return openEditor(task, { client, signal, actions: tasks.actions, board: tasks, lists: tasks.lists, allDayAt: preferences.all_day_at });
    }),
  });
  const reminders = new Reminders(view, client, { onTaskChanged: () => tasks.refreshSoon(), onDone: (text) => tasks.actions.said(text) });
  const chat = new Chat(view, client, transcript, { onAnswered: (changed) => tasks.refreshSoon(changed) });

  function end(reason) {
    if (signal.aborted) return;
    session.abort();
    clearToasts();
    onOver(reason);
  }

  async function logOut() {
    try {
      await leavePush();
      await client.logOut();
    } catch (error) {
      if (signal.aborted) return;
      toast(`You are still logged in. ${error.message}`);
      return;
    }
    transcript.forget();
    end();
  }

  async function closeAccount(password) {
    await client.closeAccount(password, transcript.conversationId);
    transcript.forget();
    await leavePush();
    end("Your account is deleted.");
  }

  /** Dialogs come over the network when they are first wanted: say it where that fails. */
  async function opening(run) {
    // A key pressed twice opens one.
    if (isOpening) return false;
    isOpening = true;
    try {
      return await run();
    } catch (error) {
      if (!signal.aborted) toast(error.name === "ApiError" ? error.message : "This part of the page could not be loaded. Check your connection, then try again.");
      return false;
    } finally {
      isOpening = false;
    }
  }

  const openHelp = () => opening(async () => show(await dialogFrom("help-view"), signal));
  const openTheSettings = () => opening(async () => {
    const { openSettings } = await import("./settings.js");
    await openSettings({ client, signal, onChanged: movedTo, onImported: () => tasks.refreshSoon(), closeAccount });
  });

  async function learnPreferences() {
    try {
      preferences = await client.preferences();
      await settleZone(view, client, preferences, { onSettled: movedTo });
    } catch {
      // They are asked for again with the settings; meanwhile the usual ones do.
    }
  }

  function movedTo(settled) {
    preferences = settled;
    tasks.refreshSoon();
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
  hook(view, "help-open").addEventListener("click", openHelp);
  hook(view, "settings-open").addEventListener("click", openTheSettings);
  wireSound(view, signal);
  wireNotifications(view, signal);
  subscribeToPush(signal);
  followWorker(catchUp, signal);
  wireShortcuts(view, signal, { tasks, goTo: wireSwitch(view), openHelp });
  prepareSound(signal);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && catchUp(), { signal });
  root.replaceChildren(view);
  chat.start();

  tasks.refresh();
  learnPreferences();
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
        onTasks: () => tasks.heardOfChanges(),
        onState: showConnection,
        onReopened: catchUp,
        probe: () => client.me(),
        signal,
      });
    });
}

/** On a phone, chat and tasks take turns; a function that shows one of them. */
function wireSwitch(view) {
  const buttons = [...view.querySelectorAll("[data-show]")];
  const goTo = (name) => {
    view.dataset.view = name;
    for (const button of buttons) {
      if (button.dataset.show === name) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    }
  };
  for (const button of buttons) button.addEventListener("click", () => goTo(button.dataset.show));
  return goTo;
}

function wireSound(view, signal) {
  const button = part(view, "sound");
  const show = () => {
    const on = soundWanted();
    button.setAttribute("aria-pressed", String(on));
    button.title = on ? "Sound is on" : "Sound is off";
    button.querySelector("use").setAttribute("href", on ? "#icon-sound" : "#icon-mute");
  };
  button.addEventListener("click", () => setSoundWanted(!soundWanted()));
  addEventListener("sound-choice", show, { signal });
  show();
}

function wireNotifications(view, signal) {
  const button = part(view, "notify");
  // Phones' browsers have no notifications from an open page, only pushed ones.
  const show = () => (button.hidden = notificationState() !== "default" || (touchFirst() && !pushPossible()));
  button.addEventListener("click", async () => {
    const answer = await askForNotifications();
    show();
    if (answer === "granted") {
      const pushed = await subscribeToPush(signal);
      toast(`Reminders will also show as notifications${pushed ? ", even when this page is closed" : " while this page is open"}.`);
    }
    if (answer === "denied") toast("Notifications are off. You can allow them in the browser's site settings.");
  });
  button.setAttribute("aria-label", "Notify me: show reminders as notifications");
  show();
}
