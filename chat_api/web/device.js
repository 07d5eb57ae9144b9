// What a person chose for this browser: colours, sound, shortcuts. Kept in localStorage where that is allowed.

function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Without storage the choice cannot outlast the page, and is not kept.
  }
}

/** "system", "light" or "dark". */
export const theme = () => document.documentElement.dataset.theme ?? "system";

export function setTheme(chosen) {
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  write("theme", chosen === "system" ? null : chosen);
}

/** Whether the person wants the chime; yes until switched off. */
export const soundWanted = () => read("sound") !== "off";

export function setSoundWanted(wanted) {
  write("sound", wanted ? "on" : "off");
  dispatchEvent(new Event("sound-choice"));
}

/** Whether single keys are shortcuts (WCAG 2.1.4 asks that they can be switched off). */
export const shortcutsWanted = () => read("shortcuts") !== "off";

export const setShortcutsWanted = (wanted) => write("shortcuts", wanted ? "on" : "off");
