/** What floats above all pages and is open: apart from what is drawn, which comes in files of its own. */

import { signal } from "@preact/signals";

export const isPaletteOpen = signal(false);
/** Whether saved views are, on pages that can be one. */
export const isViewsOpen = signal(false);
export const isKeySheetOpen = signal(false);
