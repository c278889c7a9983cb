/** The short word at the bottom after something was done that cannot be seen, such as a copy. One at a time. */

import { signal } from "@preact/signals";

export interface Toast {
  readonly text: string;
  readonly isError: boolean;
}

export const toast = signal<Toast | null>(null);

const SHOWN_MS = 2400;
let timer: ReturnType<typeof setTimeout> | undefined;

export function tell(text: string, isError = false): void {
  clearTimeout(timer);
  toast.value = { text, isError };
  timer = setTimeout(() => {
    toast.value = null;
  }, SHOWN_MS);
}

/** Copies and says so: "Path copied". */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(`${what} copied`);
  } catch {
    if (copyThroughSelection(text)) tell(`${what} copied`);
    else tell("The browser does not let this page copy. Select the text and copy it yourself.", true);
  }
}

/** Browsers give the clipboard to secure pages only; a server on another machine is often plain http. */
function copyThroughSelection(text: string): boolean {
  const carrier = document.createElement("textarea");
  carrier.value = text;
  carrier.className = "sr";
  document.body.append(carrier);
  carrier.select();
  const done = document.execCommand("copy");
  carrier.remove();
  return done;
}
