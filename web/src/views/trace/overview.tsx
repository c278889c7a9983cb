/** The first tab: how long, where in the code, what went wrong, and the attributes that tell most. */

import { listAttributes, readException } from "../../model/attributes";
import { duration, durationText, exactDuration, grouped } from "../../model/numbers";
import { pathAndLine } from "../../model/paths";
import type { SpanDetail } from "../../model/span";
import { selfTime } from "../../model/timeline";
import type { TraceRow } from "../../model/trace";
import { lineNumbers } from "../../state/line-red";
import type { OpenTrace } from "../../state/trace";
import { Icon } from "../glyphs";
import { AttributeRow } from "./attribute-row";
import { OriginSection } from "./origin";
import { Repeated } from "./repeated";

interface OverviewProps {
  opened: OpenTrace;
  span: TraceRow;
  detail: SpanDetail | null;
  /** To all attributes. */
  onAll: () => void;
}

export function Overview({ opened, span, detail, onAll }: OverviewProps) {
  const { timeline, tree, trace } = opened;
  const startNs = trace.startNs + BigInt(Math.round(trace.start[span.row]!));
  return (
    <>
      <div class="section numbers">
        <div class="stats">
          <Stat label="Duration" ns={timeline.duration[span.row]!} isError={span.status === "error"} />
          <Stat label="Self" ns={selfTime(tree, timeline, span.row)} hint="In this span, in none below it" />
          <Stat label="Starts at" ns={timeline.start[span.row]! - timeline.from} hint="After the trace's start" />
          <OfItsLine span={span} ns={timeline.duration[span.row]!} />
        </div>
      </div>
      <OriginSection traceId={trace.traceId} span={span} startNs={startNs} detail={detail} />
      <Repeated opened={opened} span={span} frames={detail?.span.origin?.frames.length ?? 1} />
      {detail ? <Failure detail={detail} /> : null}
      {detail ? <Telling detail={detail} onAll={onAll} /> : null}
    </>
  );
}

function Stat({ label, ns, isError = false, hint }: { label: string; ns: number; isError?: boolean; hint?: string }) {
  const { value, unit } = duration(ns);
  return (
    <div title={hint ? `${hint}\n${exactDuration(ns)}` : exactDuration(ns)}>
      <p class="label">{label}</p>
      <p class={`value ${isError ? "is-error" : ""}`}>
        {value}
        {unit === "" ? "" : `\u202f${unit}`}
      </p>
    </div>
  );
}

/** Fewer spans of a line say nothing about what is usual there. */
const ENOUGH = 20;

/** How the span's duration lies among those of its line. */
function OfItsLine({ span, ns }: { span: TraceRow; ns: number }) {
  const numbers = lineNumbers.value;
  const red = numbers?.red;
  if (!span.origin || !red || red.count < ENOUGH) return null;
  if (!numbers.key.startsWith(`${pathAndLine(span.origin)} `)) return null;
  const place = ns > red.p95Ns ? "past p95" : ns > red.p50Ns ? "past p50" : "within p50";
  return (
    <div
      title={`Of ${grouped(red.count)} spans of this line in an hour half took up to ${durationText(red.p50Ns)}, and 95 % up to ${durationText(red.p95Ns)}`}
    >
      <p class="label">Of its line</p>
      <p class={`value ${ns > red.p95Ns ? "is-slow" : ""}`} data-testid="of-its-line">
        {place}
      </p>
    </div>
  );
}

/** The exceptions that the span carries, or at least what its status says. */
function Failure({ detail }: { detail: SpanDetail }) {
  const exceptions = detail.events.map(readException).filter((found) => found !== null);
  if (exceptions.length === 0) {
    if (detail.statusMessage === "") return null;
    return (
      <section class="section" aria-label="Status">
        <div class="section-head">
          {detail.span.status === "error" ? <Icon name="error" small class="is-error" /> : null}
          <h3>Status</h3>
        </div>
        <p class="exc">{detail.statusMessage}</p>
      </section>
    );
  }
  return (
    <>
      {exceptions.map(({ type, message, event }, index) => (
        <section class="section" aria-label="Exception" key={index}>
          <div class="section-head">
            <Icon name="error" small class="is-error" />
            <h3>Exception</h3>
            <span class="muted">at {durationText(Number(event.timeNs - detail.span.startNs))}</span>
          </div>
          <p class="exc">
            <code>
              <span class="is-error">{type}</span> <span class="muted">{message}</span>
            </code>
          </p>
        </section>
      ))}
    </>
  );
}

/** Beginnings of keys that tell most about a span, in the order in which they are wanted. */
const TELLING = [
  "http.request.method",
  "http.route",
  "url.full",
  "url.path",
  "http.response.status_code",
  "server.address",
  "db.system",
  "db.query.text",
  "db.statement",
  "messaging.",
  "rpc.",
  "graphql.",
  "error.type",
  "http.",
  "net.peer.name",
];
const SHOWN = 6;

function Telling({ detail, onAll }: { detail: SpanDetail; onAll: () => void }) {
  const all = listAttributes(detail.attributes);
  const rank = (key: string) => {
    const found = TELLING.findIndex((beginning) => key.startsWith(beginning));
    return found < 0 ? TELLING.length : found;
  };
  const telling = all
    .filter(({ isAboutCode }) => !isAboutCode)
    .map((attribute) => ({ attribute, rank: rank(attribute.key) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, SHOWN);
  if (telling.length === 0) return null;
  return (
    <section class="section" aria-label="Attributes">
      <div class="section-head">
        <h3>Attributes</h3>
        <span class="grow" />
        <button class="link muted" type="button" onClick={onAll}>
          all {all.length}
        </button>
      </div>
      <dl class="kv">
        {telling.map(({ attribute }) => (
          <AttributeRow key={attribute.key} attribute={attribute} />
        ))}
      </dl>
    </section>
  );
}
