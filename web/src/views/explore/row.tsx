/** One span in the list. A click opens its trace; the link in it is for new tabs, and for what reads links. */

import { useEffect, useState } from "preact/hooks";
import { lineText, withoutSharedIndent } from "../../model/code";
import { askedOf } from "../../model/columns";
import { duration, exactDuration } from "../../model/numbers";
import { slowness } from "../../model/slowness";
import { expectsOrigin, type Span, statusText, type Token } from "../../model/span";
import { clockTime, dayAndClockTime, exactTime } from "../../model/time";
import * as explorer from "../../state/explorer";
import { wishForLine } from "../../state/line-text";
import { Diamond, Icon, PlaceWords, placeTitle, ServiceMark, Unit } from "../glyphs";
import { spanLink } from "../links";
import { Tokens } from "../tokens";
import type { HoverCardState } from "./hover";

interface SpanRowProps {
  span: Span;
  columns: readonly string[];
  index: number;
  onOpen: (span: Span, index: number) => void;
  card: HoverCardState;
  rowPx: number;
}

export function SpanRow({ span, columns, index, onOpen, card, rowPx }: SpanRowProps) {
  const isSelected = explorer.selected.value === index;
  return (
    <div
      class={`tr ${isSelected ? "is-selected" : ""}`}
      role="row"
      id={`span-${index}`}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-testid="span-row"
      data-span-id={span.spanId}
      style={{ top: `${index * rowPx}px` }}
      onClick={(event) => {
        const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
        const hasOwnMeaning = event.target instanceof Element && event.target.closest("button");
        if (!isPlain || hasOwnMeaning || getSelection()?.type === "Range") return;
        event.preventDefault();
        onOpen(span, index);
      }}
    >
      {columns.map((column) => (
        <Cell key={column} column={column} span={span} card={card} more={askedOf(columns)} />
      ))}
    </div>
  );
}

interface CellProps {
  column: string;
  span: Span;
  card: HoverCardState;
  /** The fields that were asked for, in whose order the span has their texts. */
  more: readonly string[];
}

function Cell({ column, span, card, more }: CellProps) {
  switch (column) {
    case "time":
      return (
        <span role="gridcell" class="muted clock" title={exactTime(span.startNs)}>
          {explorer.needsDay.value ? dayAndClockTime(span.startNs) : clockTime(span.startNs)}
        </span>
      );
    case "service":
      return (
        <span role="gridcell" class="row svc-cell" title={span.service}>
          <ServiceMark hue={explorer.hues.of(span.service)} />
          <span class="cut">{span.service}</span>
        </span>
      );
    case "resource":
      return (
        <span role="gridcell" class="cut" title={resourceTitle(span)}>
          <a href={spanLink(span.traceId, span.spanId)} tabIndex={-1}>
            {span.resource}
          </a>
        </span>
      );
    case "origin":
      return <OriginCell span={span} card={card} />;
    case "source":
      return <SourceCell span={span} commit={textOf("commit", span, more)} card={card} />;
    case "duration":
      return <DurationCell span={span} />;
    case "status":
      return <StatusCell span={span} />;
    default:
      return <TextCell text={textOf(column, span, more)} />;
  }
}

function textOf(column: string, span: Span, more: readonly string[]): string {
  if (column === "kind") return span.kind === "unspecified" ? "" : span.kind;
  if (column === "name") return span.name;
  return span.more?.[more.indexOf(column)] ?? "";
}

function TextCell({ text }: { text: string }) {
  return (
    <span role="gridcell" class={`cut ${text === "" ? "muted" : ""}`} title={text}>
      {text === "" ? "–" : text}
    </span>
  );
}

/** The line itself, as it stands in the file at the commit that ran. */
function SourceCell({ span, commit, card }: { span: Span; commit: string; card: HoverCardState }) {
  const [line, setLine] = useState<{ of: string; tokens: readonly Token[] | null } | null>(null);
  const { spanId, origin } = span;
  useEffect(() => {
    if (!origin) return;
    let stop = () => {};
    // Rows that only pass by while the list is scrolled are not asked for.
    const timer = setTimeout(() => {
      stop = wishForLine(span, commit, (tokens) => setLine({ of: spanId, tokens }));
    }, 80);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [spanId]);
  const tokens = line?.of === spanId ? line.tokens : null;
  return (
    <span
      role="gridcell"
      class="cut source-cell"
      data-testid="source-cell"
      title={tokens && !card.isUsable ? lineText(tokens).trim() : undefined}
      onPointerEnter={origin ? (event) => card.openSoon(span, event.currentTarget) : undefined}
      onPointerLeave={origin ? card.closeSoon : undefined}
    >
      {tokens ? (
        <Tokens tokens={withoutSharedIndent([tokens])[0]!} />
      ) : line?.of === spanId ? (
        <span class="muted" title="No preview: the card on its origin says why">
          –
        </span>
      ) : null}
    </span>
  );
}

function OriginCell({ span, card }: { span: Span; card: HoverCardState }) {
  const { origin } = span;
  if (origin) {
    return (
      <span role="gridcell" class="origin-cell" data-testid="origin-cell">
        <a
          class="origin"
          href={spanLink(span.traceId, span.spanId)}
          tabIndex={-1}
          title={card.isUsable ? undefined : placeTitle(origin)}
          onPointerEnter={(event) => card.openSoon(span, event.currentTarget)}
          onPointerLeave={card.closeSoon}
        >
          <Diamond type={origin.type} />
          <PlaceWords place={origin} directory={explorer.directories.value.get(origin.path) ?? ""} />
        </a>
      </span>
    );
  }
  return (
    <span role="gridcell" class="no-origin" data-testid="origin-cell">
      {expectsOrigin(span.kind) ? (
        <>
          none,{" "}
          <button
            class="why"
            type="button"
            onPointerEnter={(event) => card.openSoon(span, event.currentTarget)}
            onPointerLeave={card.closeSoon}
            onClick={(event) => card.open(span, event.currentTarget)}
          >
            why?
          </button>
        </>
      ) : (
        `${span.kind === "unspecified" ? "plain" : span.kind} span`
      )}
    </span>
  );
}

function DurationCell({ span }: { span: Span }) {
  const { value, unit } = duration(span.durationNs);
  const slow = slowness(span, explorer.typical.value);
  const share = Math.min(1, span.durationNs / explorer.scale.value);
  const comparison = slow
    ? `\n${slow.times.toFixed(1)} times the median of the ${slow.of.count} like it in this list`
    : "";
  return (
    <span role="gridcell" class="dur" title={exactDuration(span.durationNs) + comparison}>
      <span class={`meter ${slow ? "is-slow" : ""}`} style={{ "--v": share }}>
        <i />
      </span>
      <span>
        {value}
        {unit === "" ? null : <Unit>{unit}</Unit>}
      </span>
    </span>
  );
}

function StatusCell({ span }: { span: Span }) {
  const text = statusText(span.status, span.httpStatus);
  if (span.status === "error") {
    return (
      <span role="gridcell" class="status-code is-error" title="The span ended with an error">
        <Icon name="error" small />
        {text}
      </span>
    );
  }
  return (
    <span role="gridcell" class="status-code">
      {text}
    </span>
  );
}

function resourceTitle(span: Span): string {
  return span.resource === span.name ? span.resource : `${span.resource}\n${span.name}`;
}
