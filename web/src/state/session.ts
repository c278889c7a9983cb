/** Who the reader is to the server, and what they may do. Asked once; on a machine of one's own everybody may everything. */

import { signal } from "@preact/signals";
import { getSession } from "../client/spans";
import type { Right, Session } from "../model/kept";

export const session = signal<Session | null>(null);

export async function loadSession(): Promise<void> {
  try {
    session.value = await getSession();
  } catch {
    // The server is away, which is said elsewhere; whatever is not allowed it will refuse itself.
  }
}

export function may(right: Right): boolean {
  return session.value?.rights.includes(right) ?? false;
}
