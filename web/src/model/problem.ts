/** What can go wrong between a page and the server, as a value that views can put into words and buttons. */

export type ProblemKind =
  /** The server says what is wrong with the question (400, 413…). */
  | "refused"
  /** The server does not know who asks: never signed in, or not any more (401). */
  | "stranger"
  /** It knows, and they may not (403). */
  | "forbidden"
  /** What was asked for is not in the store (404). */
  | "missing"
  /** The server is there and cannot answer now (5xx). */
  | "unavailable"
  /** Nobody answers at the address. */
  | "unreachable"
  /** An answer came that is none: another program at the address, or a proxy. */
  | "garbled";

export class Problem extends Error {
  constructor(
    readonly kind: ProblemKind,
    message: string,
    readonly slug: string,
    /** Of a query: where it stopped making sense, in characters from 0. */
    readonly offset: number | null = null,
    /** The nearest thing that would have been right. */
    readonly hint: string | null = null,
  ) {
    super(message);
    this.name = "Problem";
  }

  /** Whether asking again later may help without any change to the question. A search that is too much stays too much. */
  get isPassing(): boolean {
    return this.kind === "unreachable" || (this.kind === "unavailable" && !/^(search|trace)-/.test(this.slug));
  }
}

/** A Problem as it is; anything else that was thrown while an answer was read becomes a garbled one. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem("garbled", `The server's answer makes no sense to this page: ${error}`, "server-answer-unknown");
}

/** Whether an error is only that the asker lost interest. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
