/** Attributes as a reader wants them: sorted, searchable, with their type, and the ones about code marked. */

import type { Attributes, SpanEvent } from "./span";

export interface Attribute {
  readonly key: string;
  readonly text: string;
  readonly type: "string" | "number" | "bool" | "list" | "map" | "none";
  /** It tells about the origin, so it carries the diamond. */
  readonly isAboutCode: boolean;
}

export function listAttributes(attributes: Attributes): Attribute[] {
  return Object.keys(attributes)
    .sort()
    .map((key) => {
      const value = attributes[key];
      return { key, text: valueText(value), type: typeOf(value), isAboutCode: isAboutCode(key) };
    });
}

/** Those whose key or value holds every word, whatever the case. */
export function filterAttributes(attributes: readonly Attribute[], words: string): readonly Attribute[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return attributes;
  return attributes.filter(({ key, text }) => {
    const whole = `${key}\n${text}`.toLowerCase();
    return wanted.every((word) => whole.includes(word));
  });
}

export interface ExceptionEvent {
  readonly type: string;
  readonly message: string;
  /** Empty when the span carries none. */
  readonly stack: string;
  readonly event: SpanEvent;
}

/** What an event says of an exception, by OpenTelemetry's conventions; null when it is about something else. */
export function readException(event: SpanEvent): ExceptionEvent | null {
  const { attributes } = event;
  const type = valueText(attributes["exception.type"]);
  const message = valueText(attributes["exception.message"]);
  if (event.name !== "exception" && type === "") return null;
  return { type: type || "exception", message, stack: valueText(attributes["exception.stacktrace"]), event };
}

/** The attributes that are not told already by the exception's own lines. */
export function withoutException(attributes: Attributes): Attributes {
  const told = new Set(["exception.type", "exception.message", "exception.stacktrace"]);
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => !told.has(key)));
}

export function valueText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function typeOf(value: unknown): Attribute["type"] {
  if (value === undefined || value === null) return "none";
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "number":
      return "number";
    case "boolean":
      return "bool";
    case "object":
      return "map";
    default:
      return "string";
  }
}

function isAboutCode(key: string): boolean {
  return key.startsWith("code.") || key.startsWith("spanorigin.") || key.startsWith("_dd.code_origin.");
}
