/** Source lines and reasons that were asked for already, so that hovering back and forth asks once. */

import { getSource, getSpan, type SourceQuestion } from "../client/span";
import type { Reason, Source, SpanDetail } from "../model/span";

/** Enough for a session of looking around; the oldest goes first. */
const KEPT = 200;

const sources = new Map<string, Source>();
const details = new Map<string, SpanDetail>();

export async function sourceOf(question: SourceQuestion, signal?: AbortSignal): Promise<Source> {
  const key = `${question.traceId}/${question.spanId}/${question.frame}/${question.context}`;
  const known = sources.get(key);
  if (known) return known;
  const found = await getSource(question, signal);
  // A reason may go away (a commit is fetched, a repository registered), a preview does not.
  if (found.preview) keep(sources, key, found);
  return found;
}

/** Everything known of a span. */
export async function detailOf(traceId: string, spanId: string, signal?: AbortSignal): Promise<SpanDetail> {
  const known = details.get(spanId);
  if (known) return known;
  const found = await getSpan(traceId, spanId, signal);
  keep(details, spanId, found);
  return found;
}

/** Why a span has no origin; null when the server knows of none. */
export async function missingOriginOf(traceId: string, spanId: string, signal?: AbortSignal): Promise<Reason | null> {
  return (await detailOf(traceId, spanId, signal)).missingOrigin;
}

function keep<Value>(known: Map<string, Value>, key: string, value: Value): void {
  if (known.size >= KEPT) known.delete(known.keys().next().value as string);
  known.set(key, value);
}
