/**
 * The waterfall: a tree of spans with their origins, each with its bar on one time axis.
 *
 * Only rows in view are in the page. Everything else is typed arrays (model/tree.ts, model/timeline.ts), so a hundred
 * thousand spans open and fold without waiting.
 */

import { effect, untracked } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { durationText } from "../../model/numbers";
import { Slots } from "../../model/slots";
import { shownFor } from "../../model/tree";
import { rowsInView, scrollToShow } from "../../model/virtual";
import * as state from "../../state/trace";
import { Diamond } from "../glyphs";
import { movementKeys, useKeys } from "../keys";
import { Skeleton } from "../states";
import { pixels, useViewport } from "../viewport";
import { type Geometry, geometryOf } from "./geometry";
import { GroupRow } from "./group";
import { indentation, WaterfallRow } from "./row";

interface WaterfallProps {
  opened: state.OpenTrace;
  onSelect: (spanId: string | null) => void;
}

export function Waterfall({ opened, onSelect }: WaterfallProps) {
  const { trace } = opened;
  const { tree, groups } = opened.repeats;
  const scroller = useRef<HTMLDivElement>(null);
  const viewport = useViewport(scroller);
  const rowHeight = pixels("--row");
  const headHeight = pixels("--row-table");
  const shown = state.shown.value;
  const folded = state.folded.value;
  const selected = state.selected.value;

  // Keys read what is true when they are pressed, which may be before the last change was drawn.
  const placeOf = (row: number) => state.shown.value.indexOf(shownFor(tree, state.folded.value, row));
  // A group's row stands for the group's first span while it is folded.
  const spanOf = (row: number) => trace.spanId[groups[row - trace.count]?.rows[0] ?? row]!;
  const select = (place: number) => {
    const rows = state.shown.value;
    const row = rows[Math.max(0, Math.min(rows.length - 1, place))];
    if (row !== undefined) onSelect(spanOf(row));
  };
  const step = (by: number) => {
    const place = state.selected.value < 0 ? 0 : placeOf(state.selected.value) + by;
    const row = state.shown.value[place];
    const isOpenGroup = row !== undefined && row >= trace.count && !state.folded.value.has(row);
    select(by < 0 && isOpenGroup ? place - 1 : place);
  };
  const current = () => shownFor(tree, state.folded.value, state.selected.value);
  const fold = () => {
    if (state.selected.value < 0) return;
    const row = current();
    const above = tree.parent[row]!;
    if (tree.childCount[row]! > 0 && !state.folded.value.has(row)) state.setFolded(row, true);
    else if (above >= trace.count) state.setFolded(above, true);
    else if (above >= 0) onSelect(spanOf(above));
  };
  const unfold = () => {
    if (state.selected.value < 0) return;
    const row = current();
    if (state.folded.value.has(row)) state.setFolded(row, false);
    else if (tree.childCount[row]! > 0) step(1);
  };
  const pageful = Math.max(1, Math.floor(viewport.value.height / rowHeight) - 2);
  useKeys({
    ...movementKeys(
      step,
      pageful,
      () => select(0),
      () => select(state.shown.value.length - 1),
    ),
    h: fold,
    ArrowLeft: fold,
    l: unfold,
    ArrowRight: unfold,
  });

  // Where the list goes is known before it is drawn: rows where it is now would be laid out only to be replaced.
  const isFirst = useRef(true);
  const goal = useRef<number | null>(null);
  const goTo = (row: number) => {
    const place = row < 0 ? -1 : placeOf(row);
    if (place < 0) return;
    const { scrollTop, height } = viewport.peek();
    const placement = isFirst.current ? "middle" : "nearest";
    isFirst.current = false;
    const to = scrollToShow(place, scrollTop, height - headHeight, rowHeight, placement);
    const last = Math.max(0, state.shown.value.length * rowHeight + headHeight - height);
    if (to === scrollTop) return;
    goal.current = Math.min(to, last);
    viewport.value = { ...viewport.peek(), scrollTop: goal.current };
  };
  useLayoutEffect(
    () =>
      effect(() => {
        const row = state.selected.value;
        state.wanted.value;
        untracked(() => goTo(row));
      }),
    [trace],
  );
  useLayoutEffect(() => {
    if (scroller.current && goal.current !== null) scroller.current.scrollTop = goal.current;
    goal.current = null;
  });

  const top = Math.floor(viewport.value.scrollTop / rowHeight);
  const inView = shown.subarray(top, top + Math.ceil(viewport.value.height / rowHeight));
  const geometry = geometryOf(viewport.value.width, rowHeight, opened.originWidth, tree, inView);
  const { first, end } = rowsInView(viewport.value.scrollTop, viewport.value.height, rowHeight, shown.length);
  const marked = selected < 0 ? -1 : shownFor(tree, folded, selected);
  const slots = useMemo(() => new Slots(), [opened]);
  const { baseDepth, deepest, trackPx } = geometry;
  return (
    <div
      class="scroll spans"
      role="treegrid"
      aria-label="Spans of the trace"
      aria-rowcount={shown.length + 1}
      aria-activedescendant={selected >= 0 ? `row-${marked}` : undefined}
      tabIndex={0}
      ref={scroller}
      style={{ "--origin-ch": geometry.originCh }}
    >
      <div class="wf">
        <Heads opened={opened} geometry={geometry} />
        <div class="rows" role="rowgroup" style={{ height: `${shown.length * rowHeight}px` }}>
          {slots.place(shown.subarray(first, end), first).map(({ slot, row, place }) => {
            const group = groups[row - trace.count];
            const indent = Math.max(0, Math.min(tree.depth[row]! - baseDepth, deepest));
            const props = {
              opened,
              row,
              place,
              indent,
              isFolded: folded.has(row),
              onSelect,
              rowPx: rowHeight,
              trackPx,
            };
            return group ? (
              <GroupRow key={slot} {...props} group={group} isSelected={row === marked} />
            ) : (
              <WaterfallRow key={slot} {...props} isSelected={row === marked} />
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Where the axis is labelled, in per cent; the lines in the rows are drawn at the same places. */
const TICKS = [0, 25, 50, 75];
const WIDE_TICKS = [0, 50];
const FIRST_TICK = [0];
/** Of a character on the axis, and between two labels. */
const CHARACTER_PX = 6.4;
const GAP_PX = 16;

function Heads({ opened, geometry }: { opened: state.OpenTrace; geometry: Geometry }) {
  const { from, to } = state.axis.value;
  const length = to - from;
  // Of a part of the trace the first label says where it begins, and the others how long after.
  const begins = from - opened.timeline.from;
  const last = begins > 0 ? `+${durationText(length)}` : durationText(length);
  const labelsPx = 2 * Math.max(5, last.length, durationText(begins).length) * CHARACTER_PX + GAP_PX;
  const { trackPx } = geometry;
  const ticks = labelsPx < trackPx / 4 ? TICKS : labelsPx < trackPx / 2 ? WIDE_TICKS : FIRST_TICK;
  return (
    <div class="wf-row wf-head" role="row">
      <span role="columnheader">
        Span{geometry.baseDepth > 0 ? <span class="level">, from level {geometry.baseDepth + 1} on</span> : null}
      </span>
      <span role="columnheader" class="row">
        <Diamond type="entry" />
        Code origin
      </span>
      <span role="columnheader" aria-label="Time" class="wf-track">
        {ticks.map((x) => (
          <span class="tick" key={x} style={{ "--x": x }}>
            {x > 0
              ? `${begins > 0 ? "+" : ""}${durationText((length * x) / 100)}`
              : begins > 0
                ? durationText(begins)
                : "0"}
          </span>
        ))}
        <span class="tick last">{last}</span>
      </span>
    </div>
  );
}

const SHAPES: ReadonlyArray<readonly [depth: number, name: number, x: number, w: number]> = [
  [0, 0.5, 0, 100],
  [1, 0.4, 2, 12],
  [1, 0.6, 14, 44],
  [2, 0.45, 16, 20],
  [2, 0.5, 37, 18],
  [1, 0.55, 60, 34],
  [2, 0.35, 63, 28],
];

export function WaterfallSkeleton() {
  return (
    <section class="spans" aria-busy="true" aria-label="Loading the trace">
      <div class="wf">
        <div class="wf-row wf-head" />
        {SHAPES.map(([depth, name, x, w], index) => (
          <div class="wf-row" key={index}>
            <span class="wf-name" style={indentation(depth)}>
              <span class="twig" />
              <Skeleton share={name} />
            </span>
            <span class="wf-origin">
              <Skeleton share={0.7} />
            </span>
            <span class="wf-track">
              <i class="wf-bar skel" style={{ "--x": x, "--w": w }} />
            </span>
          </div>
        ))}
      </div>
    </section>
  );
}
