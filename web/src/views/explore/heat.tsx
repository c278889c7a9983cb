/**
 * The latency heat map: when spans began, how long they took, how many there were. A box drawn on it is explained: what
 * do the spans in it have that the others have not?
 */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { marksOn } from "../../model/deploys";
import {
  type Box,
  boxAfterKey,
  boxBetween,
  countIn,
  type HeatMap,
  roundTicks,
  searchOfSelection,
  selectionOf,
  shade,
} from "../../model/heat";
import { counted, durationText, grouped } from "../../model/numbers";
import { clockTime, dayAndClockTime, fromMs, isOnSameDay } from "../../model/time";
import type { TimeRange } from "../../model/time-range";
import * as state from "../../state/groups";
import { theme } from "../../state/theme";
import { useKeys } from "../keys";
import { ProblemBlank } from "../states";
import { useViewport } from "../viewport";
import { ApartPanel } from "./apart";

interface HeatProps {
  query: string;
  onSearch: (search: { query?: string; range?: TimeRange }) => void;
  onRetry: () => void;
}

/** So many rows are drawn at least, so that spans of one duration are not one thick band. */
const ROWS_LEAST = 12;

/** A picture that keys can draw on, so they must reach it. */
const BY_KEYS = { tabIndex: 0 } as const;

export function Heat({ query, onSearch, onRetry }: HeatProps) {
  useEffect(state.followHeat, []);
  const { value: map, problem, isCounting } = state.heat.value;
  const [box, setBox] = useState<Box | null>(null);
  // Before anybody can draw on the new map: a moment later it would take away what was drawn (decision 0242).
  useLayoutEffect(() => setBox(null), [map]);
  useKeys({ Escape: () => setBox(null) });
  if (problem) {
    return (
      <div class="fill">
        <ProblemBlank problem={problem} onRetry={onRetry} />
      </div>
    );
  }
  const selection = map && box ? selectionOf(map, box) : null;
  return (
    <div class={`heat ${box ? "has-apart" : ""} ${isCounting ? "is-old" : ""}`} data-testid="heat">
      {map ? <Picture map={map} box={box} onBox={setBox} /> : <div class="heat-plot" aria-busy="true" />}
      {map && box && selection ? (
        <ApartPanel
          selection={selection}
          title={counted(countIn(map, box).count, "span")}
          words={boxWords(map, box)}
          onClose={() => setBox(null)}
          onNarrow={() =>
            onSearch({ query: searchOfSelection(query, selection), range: { from: selection.from, to: selection.to } })
          }
          query={query}
          onSearch={(text) => onSearch({ query: text })}
        />
      ) : null}
    </div>
  );
}

function Picture({ map, box, onBox }: { map: HeatMap; box: Box | null; onBox: (box: Box | null) => void }) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drag, setDrag] = useState<{ begin: readonly [number, number]; box: Box } | null>(null);
  const [at, setAt] = useState<readonly [number, number] | null>(null);
  // The box that keys move, until Enter asks what is different in it.
  const [held, setHeld] = useState<Box | null>(null);
  useLayoutEffect(() => setHeld(null), [map]);
  const { width, height } = useViewport(frame).value;
  const rows = Math.max(ROWS_LEAST, map.rowStartsNs.length - 1);
  const shown = drag?.box ?? held ?? box;
  const onKeyDown = (event: KeyboardEvent) => {
    const next = boxAfterKey(map, held ?? box, event.key, event.shiftKey);
    if (next) setHeld(next);
    else if (event.key === "Enter" && held) onBox(countIn(map, held).count > 0 ? held : null);
    else if (event.key === "Escape" && (held || box)) {
      if (box) onBox(null);
      else setHeld(null);
    } else return;
    event.preventDefault();
  };
  useLayoutEffect(() => {
    if (canvas.current && width > 0) paint(canvas.current, map, rows, width, height);
  }, [map, rows, width, height, theme.value]);
  const cellAt = (event: PointerEvent): readonly [number, number] => {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    const column = Math.floor(((event.clientX - left) / width) * map.columns);
    const row = rows - 1 - Math.floor(((event.clientY - top) / height) * rows);
    return [clamp(column, map.columns - 1), clamp(row, map.rowStartsNs.length - 2)];
  };
  const labels = roundTicks(map.rowStartsNs);
  return (
    <div class="heat-plot">
      <div class="heat-axis" aria-hidden="true">
        {labels.map(({ row, ns }) => (
          <span key={row} style={{ bottom: `${(row / rows) * 100}%` }}>
            {axisText(ns)}
          </span>
        ))}
      </div>
      <div
        class="heat-field"
        ref={frame}
        data-testid="heat-field"
        role="application"
        aria-label="Heat map. Arrow keys move a box over it, with Shift they size it, Enter asks what is different in it, Escape leaves."
        {...BY_KEYS}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          setHeld(null);
          event.currentTarget.setPointerCapture(event.pointerId);
          const begin = cellAt(event);
          setDrag({ begin, box: boxBetween(begin, begin) });
        }}
        onPointerMove={(event) => {
          const cell = cellAt(event);
          setAt(cell);
          if (drag) setDrag({ ...drag, box: boxBetween(drag.begin, cell) });
        }}
        onPointerUp={() => {
          if (drag) onBox(countIn(map, drag.box).count > 0 ? drag.box : null);
          setDrag(null);
        }}
        onPointerCancel={() => setDrag(null)}
        onPointerLeave={() => setAt(null)}
      >
        <canvas ref={canvas} role="img" aria-label={summary(map)} />
        {marksOn(state.arrived.value.value?.deploys ?? [], map, map.columns, fromMs(Date.now())).map((mark) => (
          <i class="heat-mark" key={mark.at} data-testid="deploy-mark" style={{ left: `${mark.at * 100}%` }} />
        ))}
        {shown ? <i class="heat-box" style={boxStyle(map, rows, shown)} /> : null}
        {at ? (
          <p class="kpi-words">{boxWords(map, drag?.box ?? boxBetween(at, at))}</p>
        ) : held ? (
          <p class="kpi-words">{boxWords(map, held)}</p>
        ) : null}
      </div>
      <p class="heat-times muted" aria-hidden="true">
        <span>{time(map.from, map)}</span>
        <span>drag a box, or use the arrow keys, to see what is different in it</span>
        <span>{time(map.from + BigInt(map.stepNs) * BigInt(map.columns), map)}</span>
      </p>
      <p class="sr" role="status" data-testid="heat-told">
        {held ? boxWords(map, held) : ""}
      </p>
      <HeatTable map={map} />
    </div>
  );
}

/** The same in numbers, for those who do not see the picture: how many spans took how long. */
function HeatTable({ map }: { map: HeatMap }) {
  const byRow = map.rowStartsNs.slice(0, -1).map((from, row) => ({
    from,
    to: map.rowStartsNs[row + 1]!,
    ...countIn(map, { firstColumn: 0, lastColumn: map.columns, firstRow: row, lastRow: row }),
  }));
  return (
    <table class="sr">
      <caption>Spans by duration</caption>
      <tbody>
        {byRow.map(({ from, to, count, errors }) => (
          <tr key={from}>
            <th scope="row">{`${durationText(from)} to ${durationText(to)}`}</th>
            <td>{`${counted(count, "span")}, ${grouped(errors)} failed`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function paint(canvas: HTMLCanvasElement, map: HeatMap, rows: number, width: number, height: number): void {
  const ratio = devicePixelRatio;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext("2d");
  if (!context) return;
  const style = getComputedStyle(canvas);
  const heat = style.getPropertyValue("color");
  const error = style.getPropertyValue("outline-color");
  const { column, row, count, errors } = map.cells;
  const most = count.reduce((top, one) => Math.max(top, one), 1);
  const x = (at: number) => Math.round((at / map.columns) * canvas.width);
  const y = (at: number) => Math.round(canvas.height - (at / rows) * canvas.height);
  for (let at = 0; at < column.length; at++) {
    const left = x(column[at]!);
    const top = y(row[at]! + 1);
    const wide = Math.max(1, x(column[at]! + 1) - left - ratio);
    const high = Math.max(1, y(row[at]!) - top - ratio);
    context.globalAlpha = shade(count[at]!, most);
    context.fillStyle = heat;
    context.fillRect(left, top, wide, high);
    if (errors[at]! === 0) continue;
    // Failures stand at the foot of a cell, as high as their share of it.
    const share = Math.max(2 * ratio, (errors[at]! / count[at]!) * high);
    context.globalAlpha = 1;
    context.fillStyle = error;
    context.fillRect(left, top + high - share, wide, share);
  }
}

function boxStyle(map: HeatMap, rows: number, box: Box) {
  return {
    left: `${(box.firstColumn / map.columns) * 100}%`,
    width: `${((box.lastColumn - box.firstColumn + 1) / map.columns) * 100}%`,
    bottom: `${(box.firstRow / rows) * 100}%`,
    height: `${((box.lastRow - box.firstRow + 1) / rows) * 100}%`,
  };
}

function boxWords(map: HeatMap, box: Box): string {
  const { from, to } = selectionOf(map, box);
  const { count, errors } = countIn(map, box);
  const durations = `${durationText(map.rowStartsNs[box.firstRow]!)} – ${durationText(map.rowStartsNs[box.lastRow + 1]!)}`;
  return `${time(from, map)} – ${time(to, map)} · ${durations} · ${counted(count, "span")}${errors > 0 ? `, ${grouped(errors)} failed` : ""}`;
}

/** At most eight durations, at the foot of their rows. */
function summary(map: HeatMap): string {
  const all = { firstColumn: 0, lastColumn: map.columns, firstRow: 0, lastRow: map.rowStartsNs.length };
  const { count, errors } = countIn(map, all);
  return `${counted(count, "span")} by start and duration, ${grouped(errors)} failed; the table behind has them by duration`;
}

/** `1 ms`: what is round has no digits after the point. */
function axisText(ns: number): string {
  return durationText(ns).replace(/\.0+(?=\D)/, "");
}

/** With the day unless the map is of today alone. */
function time(ns: bigint, map: HeatMap): string {
  const write = isOnSameDay(map.from, fromMs(Date.now())) ? clockTime : dayAndClockTime;
  return write(ns).replace(/\.\d+$/, "");
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}
