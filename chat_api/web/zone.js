// The question that comes up after a journey: shall the reminders move to where the person is now?

import { part } from "./dom.js";
import { timeZone } from "./time.js";
import { toast } from "./toast.js";

const QUARTER = 91 * 24 * 3_600_000;

/** Whether two zones show the same time all year: then there is nothing to ask (Europe/Rome and Europe/Berlin). */
function sameClock(one, other) {
  const shown = (zone, at) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(at);
  try {
    return [0, 1, 2, 3].every((quarter) => {
      const at = Date.now() + quarter * QUARTER;
      return shown(one, at) === shown(other, at);
    });
  } catch {
    return one === other;
  }
}

/** Ask once for each new place; the first zone ever seen is taken as the person's own. */
export async function settleZone(view, client, preferences, { onSettled }) {
  const zone = timeZone();
  const banner = part(view, "zone-banner");
  if (!preferences.timezone) return onSettled(await client.savePreferences({ timezone: zone }));
  banner.hidden = sameClock(preferences.timezone, zone) || preferences.zone_declined === zone;
  if (banner.hidden) return;
  const place = zone.replaceAll("_", " ");
  part(view, "zone-question").textContent = `You seem to be in ${place} now. Move your reminders there?`;
  const answer = (move) => async () => {
    try {
      const settled = await client.answerZone(zone, move);
      banner.hidden = true;
      toast(move ? `Your reminders keep their clock time, in ${place} now.` : `Your reminders stay in ${preferences.timezone.replaceAll("_", " ")} time.`);
      onSettled(settled);
    } catch (error) {
      if (error.name !== "AbortError") toast(`That was not saved. ${error.message}`);
    }
  };
  part(view, "zone-move").onclick = answer(true);
  part(view, "zone-keep").onclick = answer(false);
}
