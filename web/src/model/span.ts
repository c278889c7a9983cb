/** The values that rooms speak of: spans, origins, frames, and what else is known of one span. Plain data, no wire. */

import type { EpochNs } from "./time";

export type SpanKind = "unspecified" | "internal" | "server" | "client" | "producer" | "consumer";
export type SpanStatus = "unset" | "ok" | "error";
export type OriginType = "entry" | "exit";

/** A place in source code. `file` is the path as the process knew it, `path` is repository-relative where that is known. */
export interface Frame {
  readonly file: string;
  readonly path: string;
  readonly line: number;
  readonly function: string;
}

/** Where a span was started. The first of `frames` is the origin itself; an entry has no other. */
export interface Origin extends Frame {
  readonly type: OriginType;
  readonly frames: readonly Frame[];
}

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly service: string;
  readonly name: string;
  readonly resource: string;
  readonly kind: SpanKind;
  readonly startNs: EpochNs;
  readonly durationNs: number;
  readonly status: SpanStatus;
  readonly httpStatus: number | null;
  readonly origin: Origin | null;
  /** The texts of the fields that were asked for as columns. */
  readonly more?: readonly string[];
}

export interface SpanPage {
  readonly spans: readonly Span[];
  readonly cursor: string | null;
  readonly readNs: number;
}

/** Why something is not there, in words for people, and what to do about it. */
export interface Reason {
  readonly slug: string;
  readonly message: string;
  readonly remedy: string | null;
}

export type Attributes = Readonly<Record<string, unknown>>;

export interface SpanEvent {
  readonly name: string;
  readonly timeNs: EpochNs;
  readonly attributes: Attributes;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

export interface SpanDetail {
  readonly span: Span;
  readonly statusMessage: string;
  readonly traceState: string;
  readonly scope: { readonly name: string; readonly version: string };
  readonly attributes: Attributes;
  readonly resourceAttributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly missingOrigin: Reason | null;
  /** The server's answer as it came, laid out for reading. */
  readonly raw: string;
}

/** What became of a line until the commit that is checked out; `line` is where it is there. */
export interface Drift {
  readonly commit: string;
  readonly state: "same" | "moved" | "edited" | "gone";
  readonly line: number | null;
}

/** `[class, text]`, the class being Pygments' short name. */
export type Token = readonly [string, string];

export interface Preview {
  readonly path: string;
  readonly repository: string;
  /** The repository's, for links; empty when nobody told. */
  readonly address: string;
  /** Where it lies on the server's machine. */
  readonly root: string;
  readonly drift: Drift | null;
  readonly commit: string | null;
  readonly takenFrom: "commit" | "working_copy";
  /** `tail`: only the end of the span's path agreed with a file, so it may be another one of the same name. */
  readonly matched: "path" | "rule" | "content" | "function" | "tail";
  /** How sure it is that these are the lines that ran, and why, in a sentence. */
  readonly confidence: "certain" | "likely" | "weak";
  readonly why: string;
  /** Whether these are the bytes that ran, as the process told; null where it did not. */
  readonly ran: "same" | "other_commit" | "edited" | null;
  readonly firstLine: number;
  readonly markedLine: number;
  readonly totalLines: number;
  readonly lines: readonly (readonly Token[])[];
}

/** The lines around a frame, or the reason why there are none: exactly one of the two is there. */
export interface Source {
  readonly preview: Preview | null;
  readonly missing: Reason | null;
}

export interface Listener {
  readonly port: number;
  readonly protocol: string;
  readonly requests: number;
}

export interface Health {
  readonly version: string;
  readonly uptimeNs: number;
  readonly spans: number;
  readonly lastSpanReceivedNs: EpochNs | null;
  readonly spansPerSecond: number;
  readonly listeners: readonly Listener[];
}

/** What a reader sees in a status cell: the HTTP status where there is one, otherwise how the span ended. */
export function statusText(status: SpanStatus, httpStatus: number | null): string {
  if (httpStatus !== null && httpStatus > 0) return String(httpStatus);
  return status === "error" ? "error" : "ok";
}

/** Whether a span of this kind is of a sort that has an origin at all: it comes in from outside, or goes out. */
export function expectsOrigin(kind: SpanKind): boolean {
  return kind === "server" || kind === "client" || kind === "producer" || kind === "consumer";
}

/** Whether the span asks another process to work, so that its bar is drawn outlined: it waits. */
export function waitsForAnother(kind: SpanKind): boolean {
  return kind === "client" || kind === "producer";
}
