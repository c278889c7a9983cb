/** Addresses that views link to. */

import { type Page, type TraceLook, writeAddress } from "../model/address";
import { DEFAULT_RANGE } from "../model/time-range";

export const EXPLORE: Page = { name: "explore", query: "", range: DEFAULT_RANGE };

export function spanLink(traceId: string, spanId: string | null, look?: TraceLook): string {
  return writeAddress({ name: "trace", traceId, spanId, ...(look ? { look } : {}) });
}
