/** Where the reader is. The address bar is the truth; this mirrors it as a signal, and is the one place that writes it. */

import { signal } from "@preact/signals";
import { type Page, readAddress, writeAddress } from "../model/address";
import { DEFAULT_RANGE } from "../model/time-range";

export const page = signal<Page>(readAddress(new URL(location.href)));

/** Goes to a page; `replace` leaves no step behind for the back button. */
export function navigate(to: Page, how: "push" | "replace" = "push"): void {
  const address = writeAddress(to);
  if (address !== location.pathname + location.search) {
    if (how === "push") history.pushState({ isOurStep: true }, "", address);
    else history.replaceState(history.state, "", address);
  }
  page.value = to;
}

/** Goes to an address of ours as a click on a link to it would. */
export function follow(address: string, how: "push" | "replace" = "push"): void {
  navigate(readAddress(new URL(address, location.href)), how);
}

/** Back to where the reader came from within these pages; to the explorer when the page was opened by its address. */
export function goBack(): void {
  if (history.state?.isOurStep) history.back();
  else navigate({ name: "explore", query: "", range: DEFAULT_RANGE });
}

/** Follows the back button, and turns plain clicks on links to our own pages into steps without a reload. */
export function followAddress(): void {
  addEventListener("popstate", () => {
    page.value = readAddress(new URL(location.href));
  });
  document.addEventListener("click", (event) => {
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!isPlain || event.defaultPrevented || !link || link.target !== "" || link.origin !== location.origin) return;
    const to = readAddress(new URL(link.href));
    if (to.name === "lost") return;
    event.preventDefault();
    navigate(to);
  });
}
