/** The files and lines that changed: only those in view are drawn, and hunks are asked for when they come into view. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { type DiffPlace, type DiffRow, nextRow } from "../../model/changes";
import type { TimeRange } from "../../model/time-range";
import { rowsInView } from "../../model/virtual";
import * as state from "../../state/diff";
import { SCROLLS, useKeys } from "../keys";
import { pixels, useViewport } from "../viewport";
import { Row } from "./row";

export function DiffList({ place, range }: { place: DiffPlace; range: TimeRange }) {
  const scroller = useRef<HTMLElement>(null);
  const height = useRef(0);
  if (height.current === 0) height.current = pixels("--row");
  const viewport = useViewport(scroller);
  const rows = state.rows.value;
  const { first, end } = rowsInView(viewport.value.scrollTop, viewport.value.height, height.current, rows.length);
  useAnchor(scroller, rows, height.current);
  const pending = rows.slice(first, end).flatMap(pendingPath);
  const wanted = JSON.stringify([...new Set(pending)]);
  useEffect(() => void state.fetchHunks(JSON.parse(wanted)), [wanted]);
  const go = (by: 1 | -1, isWanted: (row: DiffRow) => boolean) => {
    const element = scroller.current;
    if (!element) return;
    const to = nextRow(rows, Math.round(element.scrollTop / height.current), by, isWanted);
    if (to !== null) element.scrollTop = to * height.current;
  };
  const isFile = (row: DiffRow) => row.kind === "file";
  useKeys({
    j: () => go(1, isFile),
    k: () => go(-1, isFile),
    "]": () => go(1, hasCost),
    "[": () => go(-1, hasCost),
  });
  return (
    <>
      <p class="diff-head label" aria-hidden="true">
        <span class="num">p95 before</span>
        <span class="num">after</span>
        <span class="num">change</span>
      </p>
      <section class="scroll diff-list" ref={scroller} aria-label="Changes" {...SCROLLS}>
        <div class="diff-rows" style={{ "--rows": rows.length }}>
          {rows.slice(first, end).map((row, index) => (
            <Row key={first + index} row={row} at={first + index} place={place} range={range} />
          ))}
        </div>
      </section>
    </>
  );
}

function pendingPath(row: DiffRow): string[] {
  return row.kind === "words" && row.file.isPending ? [row.file.path] : [];
}

function hasCost(row: DiffRow): boolean {
  if (row.kind !== "line") return false;
  const { file, line } = row;
  const [then, now] = [state.before.value?.get(file.oldPath), state.after.value?.get(file.path)];
  return (line.old !== null && then?.has(line.old) === true) || (line.new !== null && now?.has(line.new) === true);
}

/** Keeps what is at the top where it is when rows come or go above it. */
function useAnchor(scroller: { current: HTMLElement | null }, rows: readonly DiffRow[], height: number): void {
  const known = useRef(rows);
  useLayoutEffect(() => {
    const [element, old] = [scroller.current, known.current];
    known.current = rows;
    if (!element || old === rows || element.scrollTop < height) return;
    const top = Math.floor(element.scrollTop / height);
    const head = headAbove(old, top);
    const path = old[head]?.file.path;
    const now = rows.findIndex((row) => row.kind === "file" && row.file.path === path);
    if (now >= 0 && now !== head) element.scrollTop += (now - head) * height;
  }, [rows, scroller, height]);
}

function headAbove(rows: readonly DiffRow[], at: number): number {
  let row = Math.min(at, rows.length - 1);
  while (row > 0 && rows[row]!.kind !== "file") row--;
  return row;
}
