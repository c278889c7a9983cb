/** Who the reader is to the server, and what they may do. Asked once; on a machine of one's own everybody may everything. */

import { signal } from "@preact/signals";
import { leave } from "../client/ask";
import { getSession } from "../client/spans";
import type { Right, Session } from "../model/kept";
import { asProblem } from "../model/problem";
import { tell } from "./toast";

export const session = signal<Session | null>(null);

export async function loadSession(): Promise<void> {
  try {
    session.value = await getSession();
  } catch {
    // The server is away, which is said elsewhere; whatever is not allowed it will refuse itself.
  }
}

/** Ends the session and goes where one signs in. */
export async function signOut(): Promise<void> {
  try {
    await leave();
    location.assign("/sign-in");
  } catch (error) {
    tell(asProblem(error).message, true);
  }
}

export function may(right: Right): boolean {
  return session.value?.rights.includes(right) ?? false;
}
