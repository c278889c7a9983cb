/** The spans as a flat list, sorted by any column. Only rows in view are in the page. */

import { useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { firstSorting, type Sorting, type SortKey, sortedRows } from "../../model/listing";
import { readRow } from "../../model/trace";
import * as state from "../../state/trace";
import { Duration, Icon, ServiceMark } from "../glyphs";
import { movementKeys, useKeys } from "../keys";
import { useTableRows } from "../viewport";
import { Badges, OriginCell } from "./row";

interface SpanTableProps {
  opened: state.OpenTrace;
  onSelect: (spanId: string) => void;
}

const COLUMNS: ReadonlyArray<{ key: SortKey; label: string; isNumber: boolean }> = [
  { key: "span", label: "Span", isNumber: false },
  { key: "origin", label: "Code origin", isNumber: false },
  { key: "start", label: "Starts at", isNumber: true },
  { key: "self", label: "Self", isNumber: true },
  { key: "duration", label: "Duration", isNumber: true },
];

export function SpanTable({ opened, onSelect }: SpanTableProps) {
  const { trace, timeline } = opened;
  const sorting = useSignal<Sorting>(firstSorting("self"));
  const wanted = state.wanted.value;
  const rows = useMemo(() => {
    const all = sortedRows(opened, sorting.value);
    return wanted ? all.filter((row) => wanted.rows[row] === 1) : all;
  }, [opened, sorting.value, wanted]);
  const scroller = useRef<HTMLDivElement>(null);
  const selected = state.selected.value;
  const place = useMemo(() => (selected < 0 ? -1 : rows.indexOf(selected)), [rows, selected]);
  const { first, end, pool, rowHeight, pageful } = useTableRows(scroller, rows.length, place);

  const select = (place: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, place))];
    if (row !== undefined) onSelect(trace.spanId[row]!);
  };
  const step = (by: number) => select(state.selected.value < 0 ? 0 : rows.indexOf(state.selected.value) + by);
  useKeys({
    ...movementKeys(
      step,
      pageful,
      () => select(0),
      () => select(rows.length - 1),
    ),
  });

  const self = opened.selfNs();
  return (
    <div
      class="scroll spans"
      role="grid"
      aria-label="Spans of the trace, as a list"
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      ref={scroller}
    >
      <div class="table spans-table">
        <div class="tr th" role="row">
          {COLUMNS.map(({ key, label, isNumber }) => (
            <Head key={key} by={key} label={label} isNumber={isNumber} sorting={sorting} />
          ))}
        </div>
        <div class="rows" role="rowgroup" style={{ "--rows": rows.length }}>
          {Array.from(rows.subarray(first, end), (at, index) => {
            const row = readRow(trace, at);
            return (
              <div
                key={(first + index) % pool}
                class={`tr ${at === selected ? "is-selected" : ""} ${state.found.value?.rows[at] === 1 ? "is-found" : ""}`}
                role="row"
                aria-rowindex={first + index + 2}
                aria-selected={at === selected}
                data-testid="list-row"
                data-span-id={row.spanId}
                style={{ top: `${(first + index) * rowHeight}px` }}
                onClick={() => onSelect(row.spanId)}
              >
                <span role="gridcell" class="row" title={`${row.resource}\n${row.service}`}>
                  <ServiceMark hue={opened.hues.of(row.service)} />
                  <span class="cut">{row.resource}</span>
                  <Badges opened={opened} row={row} />
                </span>
                <OriginCell row={row} directories={opened.directories} />
                <span role="gridcell" class="num">
                  <Duration ns={timeline.start[at]! - timeline.from} />
                </span>
                <span role="gridcell" class="num">
                  <Duration ns={self[at]!} />
                </span>
                <span role="gridcell" class="num">
                  <Duration ns={timeline.duration[at]!} />
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface HeadProps {
  by: SortKey;
  label: string;
  isNumber: boolean;
  sorting: { value: Sorting };
}

function Head({ by, label, isNumber, sorting }: HeadProps) {
  const { value } = sorting;
  const isSorted = value.by === by;
  const direction = value.isDescending ? "descending" : "ascending";
  return (
    <span role="columnheader" class={isNumber ? "num" : ""} aria-sort={isSorted ? direction : "none"}>
      <button
        type="button"
        class={`sort ${isSorted ? "is-sorted" : ""}`}
        onClick={() => {
          sorting.value = isSorted ? { by, isDescending: !value.isDescending } : firstSorting(by);
        }}
      >
        {label}
        {isSorted ? <Icon name={value.isDescending ? "down" : "up"} small /> : null}
      </button>
    </span>
  );
}
