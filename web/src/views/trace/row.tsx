/** One span in the waterfall. */

import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { piecesOf } from "../../model/critical";
import { marksIn } from "../../model/marks";
import { durationText, exactDuration } from "../../model/numbers";
import { hueVariable } from "../../model/services";
import { PARKED } from "../../model/slots";
import { expectsOrigin, statusText, waitsForAnother } from "../../model/span";
import { barOf } from "../../model/timeline";
import { ERROR, KINDS, readRow, type TraceRow } from "../../model/trace";
import { axis, found, isCriticalShown, type OpenTrace, setFolded, wanted } from "../../state/trace";
import { Diamond, Icon, PlaceWords, placeTitle } from "../glyphs";
import { INDENT_PX, NAME_PADDING_PX } from "./geometry";

export interface RowProps {
  opened: OpenTrace;
  row: number;
  /** Among the rows that are shown; `PARKED` while this one is not. */
  place: number;
  isSelected: boolean;
  isFolded: boolean;
  onSelect: (spanId: string) => void;
  /** Levels. */
  indent: number;
  rowPx: number;
  trackPx: number;
}

/**
 * Props are numbers and what stays as long as the trace does, and the parts that do not depend on where a row stands are
 * kept: a row that only moves, or is indented otherwise, is not worked out again.
 */
export function WaterfallRow({ opened, row, place, isSelected, isFolded, onSelect, indent, rowPx, trackPx }: RowProps) {
  const span = useMemo(() => readRow(opened.trace, row), [opened, row]);
  const below = opened.repeats.tree.below[row]!;
  const words = useMemo(
    () => (
      <>
        {below > 0 ? <Twig row={row} below={below} isFolded={isFolded} /> : <span class="twig" />}
        <i class="svc" style={{ background: hueVariable(opened.hues.of(span.service)) }} />
        <span class="name">{span.resource}</span>
        <Badges opened={opened} row={span} />
        {isFolded ? <span class="badge badge-n">+ {below}</span> : null}
      </>
    ),
    [opened, row, isFolded],
  );
  const origin = useMemo(() => <OriginCell row={span} directories={opened.directories} />, [opened, row]);
  const marks = `${wanted.value?.rows[row] === 0 ? "is-aside" : ""} ${found.value?.rows[row] === 1 ? "is-found" : ""}`;
  return (
    <Shell
      testId="span-row"
      spanId={span.spanId}
      depth={opened.repeats.tree.depth[row]!}
      title={`${span.resource}\n${span.service}`}
      words={words}
      {...{ row, place, isSelected, indent, rowPx, marks }}
      isFolded={below > 0 ? isFolded : undefined}
      onClick={() => onSelect(span.spanId)}
    >
      {origin}
      <Track opened={opened} row={row} trackPx={trackPx} />
    </Shell>
  );
}

interface ShellProps {
  testId: string;
  spanId?: string;
  row: number;
  place: number;
  depth: number;
  title: string;
  /** What the first cell holds. */
  words: ComponentChildren;
  indent: number;
  rowPx: number;
  isSelected: boolean;
  /** Undefined where there is nothing to fold. */
  isFolded: boolean | undefined;
  marks?: string;
  onClick: () => void;
  /** The other cells. */
  children: ComponentChildren;
}

/** What the rows of spans and of groups have in common. A parked one nobody sees, hears or finds. */
export function Shell({
  testId,
  spanId,
  row,
  place,
  depth,
  title,
  words,
  indent,
  rowPx,
  isSelected,
  isFolded,
  marks = "",
  onClick,
  children,
}: ShellProps) {
  const isParked = place === PARKED;
  return (
    <div
      class={`wf-row ${isParked ? "is-parked" : ""} ${isSelected ? "is-selected" : ""} ${marks}`}
      role="row"
      id={`row-${row}`}
      aria-hidden={isParked || undefined}
      aria-level={depth + 1}
      aria-rowindex={place + 2}
      aria-selected={isSelected}
      aria-expanded={isFolded === undefined ? undefined : !isFolded}
      data-testid={isParked ? undefined : testId}
      data-span-id={spanId}
      style={{ top: `${place * rowPx}px` }}
      onClick={onClick}
    >
      <span role="gridcell" class="wf-name" title={title} style={indentation(indent)}>
        {words}
      </span>
      {children}
    </div>
  );
}

/** Written into the cell itself: a custom property would be handed down to all that is in it (decision 0052). */
export function indentation(levels: number) {
  const px = levels * INDENT_PX;
  return { paddingLeft: `${NAME_PADDING_PX + px}px`, backgroundSize: `${px}px 100%` };
}

export function Twig({ row, below, isFolded }: { row: number; below: number; isFolded: boolean }) {
  return (
    <button
      class="twig"
      type="button"
      tabIndex={-1}
      aria-label={isFolded ? `Unfold ${below} spans` : `Fold ${below} spans`}
      onClick={(event) => {
        event.stopPropagation();
        setFolded(row, !isFolded);
      }}
    >
      <Icon name={isFolded ? "right" : "down"} />
    </button>
  );
}

export function Badges({ opened, row }: { opened: OpenTrace; row: TraceRow }) {
  const moved = opened.timeline.moved.get(row.row);
  return (
    <>
      {row.status === "error" ? (
        <span class="badge badge-error">
          <Icon name="error" />
          {statusText(row.status, row.httpStatus)}
        </span>
      ) : null}
      {row.hasLostParent ? (
        <span class="badge badge-stale" title="The span names a parent that is not in the store">
          <Icon name="warn" />
          no parent
        </span>
      ) : null}
      {moved === undefined ? null : (
        <span
          class="badge"
          title={`This service's clock is behind: the span claimed to start before the call that caused it. It was moved by ${exactDuration(moved)}.`}
        >
          clock +{durationText(moved)}
        </span>
      )}
    </>
  );
}

export function OriginCell({ row, directories }: { row: TraceRow; directories: ReadonlyMap<string, string> }) {
  if (row.origin) {
    return (
      <span role="gridcell" class="wf-origin" data-testid="origin-cell" title={placeTitle(row.origin)}>
        <span class="origin">
          <Diamond type={row.origin.type} />
          <PlaceWords place={row.origin} directory={directories.get(row.origin.path) ?? ""} fn={false} />
        </span>
      </span>
    );
  }
  return (
    <span role="gridcell" class="wf-origin no-origin" data-testid="origin-cell">
      {expectsOrigin(row.kind) ? (
        <>
          none,&nbsp;<span class="why">why?</span>
        </>
      ) : (
        `${row.kind === "unspecified" ? "plain" : row.kind} span`
      )}
    </span>
  );
}

function Track({ opened, row, trackPx }: { opened: OpenTrace; row: number; trackPx: number }) {
  const shown = axis.value;
  const { trace, timeline } = opened;
  const bar = barOf(timeline, row, shown);
  const ns = timeline.duration[row]!;
  const isRemote = waitsForAnother(KINDS[trace.kind[row]!]!);
  const isError = trace.status[row] === ERROR;
  const isSlow = opened.marked.slow().rows[row] === 1;
  if (!bar) return <span role="gridcell" class="wf-track" aria-label={durationText(ns)} />;
  const { x, w } = bar;
  const hue = hueVariable(opened.hues.of(trace.strings[trace.service[row]!] ?? ""));
  const side = valueSide(x, w, trackPx);
  return (
    <span role="gridcell" class="wf-track" aria-label={durationText(ns)}>
      <i
        class={`wf-bar ${isRemote ? "is-remote" : ""} ${isError ? "is-error" : ""}`}
        style={{ left: `${x}%`, width: `${w}%`, color: hue }}
      />
      {isCriticalShown.value
        ? piecesOf(opened.critical(), row, shown).map((piece, index) => (
            <i class="crit" key={index} style={{ left: `${piece.x}%`, width: `${piece.w}%` }} />
          ))
        : null}
      {marksIn(opened, row, shown).map(({ x: at, names, isError: failed }) => (
        <i
          class={`wf-event ${failed ? "is-error" : ""}`}
          data-testid="event-mark"
          key={at}
          style={{ left: `${at}%` }}
          title={names}
        />
      ))}
      <span
        class={`wf-val ${side === "inside" && !isRemote ? "inside" : ""} ${isError && side !== "inside" ? "is-error" : ""} ${isSlow && !isError && (isRemote || side !== "inside") ? "is-slow" : ""}`}
        style={valuePlace(side, x, w)}
        title={exactDuration(ns)}
      >
        {isError && side !== "inside" ? <Icon name="error" /> : null}
        {durationText(ns)}
      </span>
    </span>
  );
}

/** Room that a value needs beside its bar. */
const VALUE_PX = 78;

/** Right of the bar; left when there is no room; inside when the bar is long. */
export function valueSide(x: number, w: number, trackPx: number): "after" | "before" | "inside" {
  const room = (VALUE_PX / Math.max(1, trackPx)) * 100;
  if (100 - x - w >= room) return "after";
  if (x >= room && w < room * 2) return "before";
  return w >= room ? "inside" : "before";
}

/** Written as lengths, not as custom properties: those are handed down to all children, which cost a third of a scroll. */
export function valuePlace(side: "after" | "before" | "inside", x: number, w: number) {
  switch (side) {
    case "after":
      return { left: `calc(${x + w}% + 6px)`, right: "auto" };
    case "before":
      return { left: "auto", right: `calc(${100 - x}% + 6px)` };
    case "inside":
      return { left: "auto", right: `calc(${100 - x - w}% + 6px)` };
  }
}
