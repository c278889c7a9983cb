/** One span in the list. A click opens its trace; the link in it is for new tabs, and for what reads links. */

import { duration, exactDuration } from "../../model/numbers";
import { slowness } from "../../model/slowness";
import { expectsOrigin, type Span, statusText } from "../../model/span";
import { clockTime, dayAndClockTime, exactTime } from "../../model/time";
import * as explorer from "../../state/explorer";
import { Diamond, Icon, PlaceWords, placeTitle, ServiceMark, Unit } from "../glyphs";
import { spanLink } from "../links";
import type { HoverCardState } from "./hover-card";

interface SpanRowProps {
  span: Span;
  index: number;
  onOpen: (span: Span, index: number) => void;
  card: HoverCardState;
  rowPx: number;
}

export function SpanRow({ span, index, onOpen, card, rowPx }: SpanRowProps) {
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
      <span role="gridcell" class="muted clock" title={exactTime(span.startNs)}>
        {explorer.needsDay.value ? dayAndClockTime(span.startNs) : clockTime(span.startNs)}
      </span>
      <span role="gridcell" class="row svc-cell" title={span.service}>
        <ServiceMark hue={explorer.hues.of(span.service)} />
        <span class="cut">{span.service}</span>
      </span>
      <span role="gridcell" class="cut" title={resourceTitle(span)}>
        <a href={spanLink(span.traceId, span.spanId)} tabIndex={-1}>
          {span.resource}
        </a>
      </span>
      <OriginCell span={span} card={card} />
      <DurationCell span={span} />
      <StatusCell span={span} />
    </div>
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
