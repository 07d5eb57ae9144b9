// The settings dialog: preferences kept by the server, and choices of this browser.

import { showFeed, showTokens, wireClosing } from "./access.js";
import { showChannels } from "./channels.js";
import { setShortcutsWanted, setSoundWanted, setTheme, shortcutsWanted, soundWanted, theme } from "./device.js";
import { dialogFrom, show } from "./dialog.js";
import { el, hook, part } from "./dom.js";
import { wireImport } from "./portability.js";
import { timeZone } from "./time.js";
import { toast } from "./toast.js";

/** Open it. `onChanged` runs with the preferences after they were saved, `onImported` when tasks came in, `closeAccount` with the password. */
export async function openSettings({ client, signal, onChanged, onImported, closeAccount }) {
  const dialog = await dialogFrom("settings-view");
  wireDevice(hook(dialog, "device-form").elements);
  wireImport(dialog, client, { onImported });
  wireClosing(dialog, signal, closeAccount);
  hook(dialog, "activity-open").addEventListener("click", () => showActivity({ client, signal }));
  const closed = show(dialog, signal);
  await Promise.all([wirePreferences(dialog, client, signal, onChanged), showChannels(dialog, client, signal), showFeed(dialog, client, signal), showTokens(dialog, client, signal)]);
  await closed;
}

async function showActivity(session) {
  if (document.querySelector('[data-testid="activity"]')) return;
  try {
    const { openActivity } = await import("./activity.js");
    await openActivity(session);
  } catch (error) {
    if (!session.signal.aborted) toast(error.name === "ApiError" ? error.message : "This part of the page could not be loaded. Check your connection, then try again.");
  }
}

function wireDevice(field) {
  field.theme.value = theme();
  field.sound.checked = soundWanted();
  field.shortcuts.checked = shortcutsWanted();
  field.theme.addEventListener("change", () => setTheme(field.theme.value));
  field.sound.addEventListener("change", () => setSoundWanted(field.sound.checked));
  field.shortcuts.addEventListener("change", () => setShortcutsWanted(field.shortcuts.checked));
}

async function wirePreferences(dialog, client, signal, onChanged) {
  const form = hook(dialog, "preferences-form");
  const field = form.elements;
  const status = part(dialog, "preferences-status");
  let kept;
  const say = (text) => (status.textContent = text);

  function fill(preferences) {
    kept = preferences;
    const { digest_at: digest, quiet_from: from, quiet_until: until, all_day_at: allDay } = preferences;
    const zone = preferences.timezone ?? timeZone();
    if (!field.timezone.options.length) field.timezone.append(...zones(zone).map((name) => el("option", { value: name, text: name.replaceAll("_", " ") })));
    field.timezone.value = zone;
    field.allDayAt.value = allDay;
    field.digest.checked = Boolean(digest);
    field.digestAt.value = digest ?? "08:00";
    field.quiet.checked = Boolean(from);
    field.quietFrom.value = from ?? "22:00";
    field.quietUntil.value = until ?? "07:00";
    follow();
  }

  /** Times that are switched off need no answer. */
  function follow() {
    field.digestAt.disabled = !field.digest.checked;
    field.quietFrom.disabled = field.quietUntil.disabled = !field.quiet.checked;
    part(dialog, "move-along").hidden = field.timezone.value === (kept?.timezone ?? field.timezone.value);
  }

  form.addEventListener("input", () => {
    say("");
    follow();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const zone = field.timezone.value;
    try {
      if (kept.timezone && zone !== kept.timezone && field.moveAlong.checked) await client.answerZone(zone, true);
      const saved = await client.savePreferences({
        timezone: zone,
        all_day_at: field.allDayAt.value || kept.all_day_at,
        digest_at: field.digest.checked ? field.digestAt.value || null : null,
        quiet_from: field.quiet.checked ? field.quietFrom.value || null : null,
        quiet_until: field.quiet.checked ? field.quietUntil.value || null : null,
      });
      fill(saved);
      say("Saved.");
      onChanged(saved);
    } catch (error) {
      if (!signal.aborted) say(error.message);
    }
  });
  try {
    fill(await client.preferences());
  } catch (error) {
    if (!signal.aborted) say(`Your preferences could not be read. ${error.message}`);
  }
}

/** All zones by name, and this one whatever its name. */
function zones(current) {
  const names = Intl.supportedValuesOf?.("timeZone") ?? [];
  return [...new Set(["UTC", ...names, current, timeZone()])].sort();
}
