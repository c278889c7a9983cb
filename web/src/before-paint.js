// What cannot wait for the page's modules, which run only after the page was parsed: a classic script in the head.
(() => {
  // The theme, so that a light page never flashes dark. The rest of it lives in state/theme.ts.
  let chosen = null;
  try {
    chosen = localStorage.getItem("spanorigin.theme");
  } catch {
    // Storage is switched off.
  }
  const system = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  document.documentElement.dataset.theme = chosen === "light" || chosen === "dark" ? chosen : system;

  // The scripts of the page that the address names, beside those that choose it rather than after them. Which they are
  // is written on this script's own tag by the build (build/before-paint.ts).
  const page = location.pathname.split("/")[1];
  for (const name of (document.currentScript.dataset[page] ?? "").split(" ").filter(Boolean)) {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = `/assets/${name}`;
    document.head.append(link);
  }
})();
