/** The list of spans: only the rows in view are in the page, so that ten thousand scroll like ten. */

import { batch } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Span } from "../../model/span";
import { poolSize, rowsInView, scrollToShow } from "../../model/virtual";
import * as explorer from "../../state/explorer";
import { navigate } from "../../state/route";
import { Diamond, Icon } from "../glyphs";
import { movementKeys, useKeys } from "../keys";
import { problemTitle, Skeleton } from "../states";
import { pixels, useViewport } from "../viewport";
import { HoverCard, useHoverCard } from "./hover-card";
import { SpanRow } from "./row";

/** So many rows before the end of what is loaded, more is asked for. */
const AHEAD = 40;

export function SpanList() {
  const scroller = useRef<HTMLDivElement>(null);
  const viewport = useViewport(scroller);
  const rowHeight = pixels("--row-table");
  const card = useHoverCard();
  const rows = explorer.rows.value;
  const isFirstLoad = explorer.phase.value === "loading" && rows.length === 0;

  useLayoutEffect(() => {
    scroller.current?.scrollTo(0, explorer.place.scrollTop);
    // Other spans stand there now than the one that the card is about.
    card.close();
  }, [rows[0]]);
  useEffect(() => {
    explorer.place.scrollTop = viewport.value.scrollTop;
    card.close();
  }, [viewport.value.scrollTop]);

  const { first, end } = rowsInView(viewport.value.scrollTop, viewport.value.height, rowHeight, rows.length);
  useEffect(() => {
    if (end + AHEAD > rows.length) void explorer.loadMore();
  }, [end, rows.length]);

  const pool = poolSize(viewport.value.height, rowHeight);
  const select = (index: number) => {
    const to = Math.max(0, Math.min(explorer.rows.value.length - 1, index));
    explorer.selected.value = to;
    const element = scroller.current;
    if (!element) return;
    const height = element.clientHeight - rowHeight;
    element.scrollTop = scrollToShow(to, element.scrollTop, height, rowHeight);
  };
  const openSpan = (span: Span | undefined, index: number) => {
    if (!span) return;
    batch(() => {
      explorer.selected.value = index;
      navigate({ name: "trace", traceId: span.traceId, spanId: span.spanId });
    });
  };
  const step = (by: number) => select(explorer.selected.value < 0 ? 0 : explorer.selected.value + by);
  const pageful = Math.max(1, Math.floor(viewport.value.height / rowHeight) - 2);
  useKeys({
    ...movementKeys(
      step,
      pageful,
      () => select(0),
      () => select(explorer.rows.value.length - 1),
    ),
    Enter: () => openSpan(explorer.rows.value[explorer.selected.value], explorer.selected.value),
    Escape: () => {
      if (card.shown.value) card.close();
      else explorer.selected.value = -1;
    },
  });

  return (
    <>
      <div
        class={`table scroll ${explorer.needsDay.value ? "has-day" : ""}`}
        role="grid"
        aria-label="Spans, newest first"
        aria-rowcount={rows.length + 1}
        aria-busy={explorer.phase.value === "loading"}
        aria-activedescendant={explorer.selected.value >= 0 ? `span-${explorer.selected.value}` : undefined}
        tabIndex={0}
        ref={scroller}
      >
        <Heads />
        <div
          class={`rows ${explorer.phase.value === "loading" && !isFirstLoad ? "is-old" : ""}`}
          role="rowgroup"
          style={{ "--rows": isFirstLoad ? 0 : rows.length }}
        >
          {rows.slice(first, end).map((span, index) => (
            <SpanRow
              key={(first + index) % pool}
              span={span}
              index={first + index}
              onOpen={openSpan}
              card={card}
              rowPx={rowHeight}
            />
          ))}
        </div>
        {isFirstLoad ? <SkeletonRows /> : <Tail />}
      </div>
      <HoverCard state={card} />
    </>
  );
}

function Heads() {
  return (
    <div class="tr th" role="row">
      <span role="columnheader" aria-sort="descending" class="row is-sorted">
        Time
        <Icon name="down" small />
      </span>
      <span role="columnheader">Service</span>
      <span role="columnheader">Resource</span>
      <span role="columnheader" class="row">
        <Diamond type="entry" />
        Code origin
      </span>
      <span role="columnheader" class="num">
        Duration
      </span>
      <span role="columnheader">Status</span>
    </div>
  );
}

/** Below the last row: what is loading, what went wrong with it, or that this is the end. */
function Tail() {
  const problem = explorer.problem.value;
  if (problem) {
    return (
      <p class="tail is-error" data-testid="error-note">
        <Icon name="error" small />
        {problemTitle(problem)}. {problem.isPassing ? "This page keeps asking." : problem.message}
      </p>
    );
  }
  if (explorer.isLoadingMore.value) return <p class="tail">Reading on…</p>;
  return explorer.cursor.value === null ? <p class="tail">That is all in this stretch of time.</p> : null;
}

const SHAPES = [0.62, 0.44, 0.8, 0.55, 0.7, 0.38, 0.66, 0.5, 0.74, 0.47, 0.6, 0.52];

function SkeletonRows() {
  return (
    <div aria-hidden="true">
      {SHAPES.map((share, index) => (
        <div class="tr" key={index}>
          <Skeleton share={0.9} />
          <Skeleton share={share * 0.8} />
          <Skeleton share={share} />
          <Skeleton share={1 - share / 2} />
          <Skeleton share={0.9} />
          <Skeleton share={0.7} />
        </div>
      ))}
    </div>
  );
}
