// Sets the theme before anything is drawn, so that a light page never flashes dark. A classic script in the head, since
// a module runs only after the page was parsed. The rest of the theme lives in state/theme.ts.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("spanorigin.theme");
  } catch {
    // Storage is switched off.
  }
  const system = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  document.documentElement.dataset.theme = chosen === "light" || chosen === "dark" ? chosen : system;
})();
