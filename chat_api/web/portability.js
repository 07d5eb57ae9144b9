// Import within the settings: a file goes to the server, its report comes back. (Export is two plain links.)

import { el, hook, part } from "./dom.js";

const LARGEST = 5_000_000;
const REFUSED_SHOWN = 10;

export function wireImport(dialog, client, { onImported }) {
  const chooser = hook(dialog, "import-file");
  const report = part(dialog, "import-report");
  const say = (...nodes) => report.replaceChildren(...nodes);

  chooser.addEventListener("change", async () => {
    const [file] = chooser.files;
    if (!file) return;
    if (file.size > LARGEST) return say(el("p", { text: "That file is too large: 5 MB are the most." }));
    chooser.disabled = true;
    say(el("p", { text: `Reading ${file.name}…` }));
    try {
      const answer = await client.importFile(file, kindOf(file));
      say(...sentences(answer));
      if (answer.added) onImported();
    } catch (error) {
      if (error.name !== "AbortError") say(el("p", { text: `Nothing was imported. ${error.message}` }));
    } finally {
      chooser.disabled = false;
      chooser.value = "";
    }
  });
}

const kindOf = (file) => (/\.(ics|ical|ifb|icalendar)$/i.test(file.name) || file.type === "text/calendar" ? "text/calendar" : "application/json");

function sentences({ added, already_there: there, refused }) {
  const facts = [`${added} added`, there && `${there} already there`, refused.length && `${refused.length} not taken`].filter(Boolean).join(", ");
  const shown = refused.slice(0, REFUSED_SHOWN).map(({ item, reason }) => el("li", { text: `${item}: ${reason}` }));
  const more = refused.length - shown.length;
  return [el("p", { text: `${facts}.` }), shown.length && el("ul", { class: "refused" }, ...shown), more > 0 && el("p", { text: `… and ${more} more.` })].filter(Boolean);
}
