/**
 * The one place that talks to the server: asks over HTTP, and turns a refusal into a Problem.
 *
 * Every function of this room may be aborted, and throws a Problem when there is no answer; an aborted call throws the
 * abort itself, which callers let pass with `isAbort`.
 */

import { isAbort, Problem } from "../model/problem";
import type { EpochNs } from "../model/time";
import type * as wire from "../wire";

/** A search and its stretch of time, which everything that counts spans is asked with. */
export interface Question {
  readonly query: string;
  readonly from: EpochNs;
  readonly to: EpochNs;
}

export function window({ query, from, to }: Question): Record<string, string> {
  return { q: query, from: String(from), to: String(to) };
}

export async function ask<Answer>(
  path: string,
  parameters: Record<string, string>,
  signal?: AbortSignal,
): Promise<Answer> {
  const search = new URLSearchParams(parameters).toString();
  return answered<Answer>(await reach(search === "" ? path : `${path}?${search}`, {}, signal), signal);
}

/** Changes something. An answer without a body is null. */
export async function send<Answer>(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<Answer> {
  const content = body === undefined || body instanceof Blob ? body : JSON.stringify(body);
  const headers = { "content-type": body instanceof Blob ? "application/x-git-bundle" : "application/json" };
  const response = await reach(path, { method, headers, ...(content === undefined ? {} : { body: content }) });
  return response.status === 204 ? (null as Answer) : answered<Answer>(response);
}

/** Ends the session. A page's form could not: under the pages' referrer policy a browser hides where it comes from. */
export async function leave(): Promise<void> {
  await reach("/sign-out", { method: "POST" });
}

async function answered<Answer>(response: Response, signal?: AbortSignal): Promise<Answer> {
  const body = await readBody(response, signal);
  if (!response.ok) throw toProblem(response.status, body);
  if (typeof body !== "object" || body === null) {
    throw new Problem("garbled", "The address answers, but not as a spanorigin server does.", "server-answer-unknown");
  }
  return body as Answer;
}

async function reach(address: string, how: RequestInit, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(address, {
      ...how,
      headers: { ...how.headers, accept: "application/json" },
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Problem("unreachable", `${location.host} does not answer.`, "server-not-reachable");
  }
}

/** The body as JSON; null when it is none. A connection that breaks on the way counts as unreachable. */
async function readBody(response: Response, signal?: AbortSignal): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (isAbort(error) || signal?.aborted) throw new DOMException("aborted", "AbortError");
    if (error instanceof SyntaxError) return null;
    throw new Problem("unreachable", `${location.host} stopped in the middle of its answer.`, "server-not-reachable");
  }
}

function toProblem(status: number, body: unknown): Problem {
  const kind =
    status === 401
      ? "stranger"
      : status === 403
        ? "forbidden"
        : status === 404
          ? "missing"
          : status >= 500
            ? "unavailable"
            : "refused";
  const told = (body as wire.Error | null)?.error;
  if (!told)
    return new Problem(kind, `The server answered with status ${status} and gave no reason.`, "server-answer-unknown");
  return new Problem(kind, told.message, told.slug, told.offset ?? null, told.hint ?? null);
}
