/** The list of spans: only the rows in view are in the page, so that ten thousand scroll like ten. */

import { batch } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { columnLabel, columnsIn, template } from "../../model/columns";
import type { Span } from "../../model/span";
import { poolSize, rowsInView, scrollToShow } from "../../model/virtual";
import * as explorer from "../../state/explorer";
import { navigate } from "../../state/route";
import { Diamond, Icon } from "../glyphs";
import { movementKeys, useKeys } from "../keys";
import { lazily } from "../lazily";
import { problemTitle, Skeleton } from "../states";
import { pixels, useViewport } from "../viewport";
import { useHoverCard } from "./hover";
import { SpanRow } from "./row";

const HoverCard = lazily(() => import("./hover-card").then((file) => file.HoverCard), null);

/** So many rows before the end of what is loaded, more is asked for. */
const AHEAD = 40;

interface SpanListProps {
  columns: readonly string[];
  /** The span in the drawer; null while that is shut. */
  peek: string | null;
  onPeek: (span: Span | null) => void;
}

export function SpanList({ columns: chosen, peek, onPeek }: SpanListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const viewport = useViewport(scroller);
  const rowHeight = pixels("--row-table");
  const columns = columnsIn(chosen, viewport.value.width);
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
    const span = explorer.rows.value[to];
    if (peek !== null && span) onPeek(span);
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
    " ": () => {
      const span = explorer.rows.value[explorer.selected.value] ?? explorer.rows.value[0];
      if (peek !== null || !span) onPeek(null);
      else {
        if (explorer.selected.value < 0) explorer.selected.value = 0;
        onPeek(span);
      }
    },
    Enter: () => openSpan(explorer.rows.value[explorer.selected.value], explorer.selected.value),
    Escape: () => {
      if (card.shown.value) card.close();
      else if (peek !== null) onPeek(null);
      else explorer.selected.value = -1;
    },
  });

  return (
    <>
      <div
        class={`table scroll ${explorer.needsDay.value ? "has-day" : ""} ${columns.includes("source") ? "has-source" : ""}`}
        style={{ "--tcols": template(columns) }}
        role="grid"
        aria-label="Spans, newest first"
        aria-rowcount={rows.length + 1}
        aria-busy={explorer.phase.value === "loading"}
        aria-activedescendant={explorer.selected.value >= 0 ? `span-${explorer.selected.value}` : undefined}
        tabIndex={0}
        ref={scroller}
      >
        <Heads columns={columns} />
        <div
          class={`rows ${explorer.phase.value === "loading" && !isFirstLoad ? "is-old" : ""}`}
          role="rowgroup"
          style={{ "--rows": isFirstLoad ? 0 : rows.length }}
        >
          {rows.slice(first, end).map((span, index) => (
            <SpanRow
              key={(first + index) % pool}
              span={span}
              columns={columns}
              index={first + index}
              onOpen={openSpan}
              card={card}
              rowPx={rowHeight}
            />
          ))}
        </div>
        {isFirstLoad ? <SkeletonRows columns={columns} /> : <Tail />}
      </div>
      <HoverCard state={card} />
    </>
  );
}

function Heads({ columns }: { columns: readonly string[] }) {
  return (
    <div class="tr th" role="row">
      {columns.map((column) => {
        const isTime = column === "time";
        return (
          <span
            role="columnheader"
            key={column}
            aria-sort={isTime ? "descending" : undefined}
            class={isTime ? "row is-sorted" : column === "duration" ? "num" : column === "origin" ? "row" : "cut"}
            title={columnLabel(column)}
          >
            {column === "origin" ? <Diamond type="entry" /> : null}
            {columnLabel(column)}
            {isTime ? <Icon name="down" small /> : null}
          </span>
        );
      })}
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

function SkeletonRows({ columns }: { columns: readonly string[] }) {
  return (
    <div aria-hidden="true">
      {SHAPES.map((share, index) => (
        <div class="tr" key={index}>
          {columns.map((column, at) => (
            <Skeleton share={at % 2 === 0 ? share : 1 - share / 2} key={column} />
          ))}
        </div>
      ))}
    </div>
  );
}
