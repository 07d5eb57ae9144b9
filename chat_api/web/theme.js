// Loaded before anything is drawn, so that the page never flashes in the other colours.

{
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // Without storage the system decides.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}
