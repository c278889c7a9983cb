/** One span in the waterfall. */

import { piecesOf } from "../../model/critical";
import { marksIn } from "../../model/marks";
import { durationText, exactDuration } from "../../model/numbers";
import { hueVariable } from "../../model/services";
import { expectsOrigin, statusText, waitsForAnother } from "../../model/span";
import { barOf } from "../../model/timeline";
import type { TraceRow } from "../../model/trace";
import { axis, found, isCriticalShown, type OpenTrace, setFolded, wanted } from "../../state/trace";
import { Diamond, Icon, PlaceWords, placeTitle } from "../glyphs";
import type { Geometry } from "./geometry";

interface WaterfallRowProps {
  opened: OpenTrace;
  row: TraceRow;
  /** Among the rows that are shown. */
  place: number;
  isSelected: boolean;
  isFolded: boolean;
  onSelect: (spanId: string) => void;
  geometry: Geometry;
}

export function WaterfallRow({ opened, row, place, isSelected, isFolded, onSelect, geometry }: WaterfallRowProps) {
  const { hues } = opened;
  const { tree } = opened.repeats;
  const depth = tree.depth[row.row]!;
  const below = tree.below[row.row]!;
  const hue = hueVariable(hues.of(row.service));
  return (
    <div
      class={`wf-row ${isSelected ? "is-selected" : ""} ${wanted.value?.rows[row.row] === 0 ? "is-aside" : ""} ${found.value?.rows[row.row] === 1 ? "is-found" : ""}`}
      role="row"
      id={`row-${row.row}`}
      aria-level={depth + 1}
      aria-rowindex={place + 2}
      aria-selected={isSelected}
      aria-expanded={below > 0 ? !isFolded : undefined}
      data-testid="span-row"
      data-span-id={row.spanId}
      style={{ top: `${place * geometry.rowPx}px` }}
      onClick={() => onSelect(row.spanId)}
    >
      <span
        role="gridcell"
        class="wf-name"
        title={`${row.resource}\n${row.service}`}
        style={{ "--depth": Math.max(0, Math.min(depth - geometry.baseDepth, geometry.deepest)) }}
      >
        {below > 0 ? <Twig row={row.row} below={below} isFolded={isFolded} /> : <span class="twig" />}
        <i class="svc" style={{ background: hue }} />
        <span class="name">{row.resource}</span>
        <Badges opened={opened} row={row} />
        {isFolded ? <span class="badge badge-n">+ {below}</span> : null}
      </span>
      <OriginCell row={row} directories={opened.directories} />
      <Track opened={opened} row={row} hue={hue} trackPx={geometry.trackPx} />
    </div>
  );
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

function Track({ opened, row, hue, trackPx }: { opened: OpenTrace; row: TraceRow; hue: string; trackPx: number }) {
  const shown = axis.value;
  const bar = barOf(opened.timeline, row.row, shown);
  const ns = opened.timeline.duration[row.row]!;
  const isRemote = waitsForAnother(row.kind);
  const isError = row.status === "error";
  const isSlow = opened.marked.slow().rows[row.row] === 1;
  if (!bar) return <span role="gridcell" class="wf-track" aria-label={durationText(ns)} />;
  const { x, w } = bar;
  const side = valueSide(x, w, trackPx);
  return (
    <span role="gridcell" class="wf-track" aria-label={durationText(ns)}>
      <i
        class={`wf-bar ${isRemote ? "is-remote" : ""} ${isError ? "is-error" : ""}`}
        style={{ left: `${x}%`, width: `${w}%`, color: hue }}
      />
      {isCriticalShown.value
        ? piecesOf(opened.critical(), row.row, shown).map((piece, index) => (
            <i class="crit" key={index} style={{ left: `${piece.x}%`, width: `${piece.w}%` }} />
          ))
        : null}
      {marksIn(opened, row.row, shown).map(({ x: at, names, isError: failed }) => (
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
