/** How the search went over the window: rate, errors and p95 with their courses. Dragging over one chooses the stretch. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type DeployMark, deployWords, marksOn } from "../../model/deploys";
import { columns, type Overview, percent, readableRate, type Stats, stretchOf } from "../../model/groups";
import { counted, duration, durationText, grouped, type Quantity } from "../../model/numbers";
import { clockTime, dayAndClockTime, fromMs } from "../../model/time";
import type { TimeRange } from "../../model/time-range";
import * as explorer from "../../state/explorer";
import * as state from "../../state/groups";
import { Unit } from "../glyphs";

export function OverTime({ onRange }: { onRange: (range: TimeRange) => void }) {
  useEffect(state.followOverview, []);
  useEffect(state.followDeploys, []);
  const { value, isCounting } = state.overview.value;
  const brush = useBrush(value, onRange);
  if (!value) return isCounting ? <Room /> : null;
  const { stats } = value;
  const pace = readableRate(stats.rate);
  const now = fromMs(Date.now());
  const { deploys, before } = state.arrived.value.value ?? { deploys: [], before: null };
  const marks = marksOn(deploys, value, value.counts.length, now);
  const was = (of: (stats: Stats) => Quantity): Was | null => {
    const [then, all] = [before && of(before), of(stats)];
    if (!then || (then.value === all.value && then.unit === all.unit)) return null;
    return { ...then, title: `Until ${deployWords(deploys[0]!, now)}` };
  };
  const charts: readonly Chart[] = [
    {
      label: "Spans",
      value: { value: pace.value, unit: pace.unit },
      title: counted(stats.count, "span"),
      bars: value.counts,
      kind: "col",
      text: (at) => counted(value.counts[at] ?? 0, "span"),
    },
    {
      label: "Errors",
      value: { value: percent(stats.errorRate), unit: "%" },
      title: `${grouped(stats.errors)} of ${counted(stats.count, "span")} failed`,
      isError: stats.errors > 0,
      was: was(({ errorRate }) => ({ value: percent(errorRate), unit: "%" })),
      bars: value.errors,
      kind: "col-error",
      text: (at) => `${grouped(value.errors[at] ?? 0)} of ${counted(value.counts[at] ?? 0, "span")} failed`,
    },
    {
      label: "Duration p95",
      value: duration(stats.p95Ns),
      title: `p50 ${durationText(stats.p50Ns)}, p95 ${durationText(stats.p95Ns)}`,
      was: was(({ p95Ns }) => duration(p95Ns)),
      bars: value.p95Ns,
      kind: "col",
      text: (at) => ((value.counts[at] ?? 0) === 0 ? "no span" : `p95 ${durationText(value.p95Ns[at] ?? 0)}`),
    },
  ];
  return (
    <div class={`kpis ${isCounting ? "is-old" : ""}`} data-testid="overview">
      {charts.map((chart) => (
        <Kpi key={chart.label} chart={chart} overview={value} brush={brush} marks={marks} />
      ))}
    </div>
  );
}

/** Takes the room of the charts until they are there, so that the rows below do not jump. */
function Room() {
  return (
    <div class="kpis" aria-hidden="true">
      {["Spans", "Errors", "Duration p95"].map((label) => (
        <div class="kpi" key={label}>
          <div>
            <p class="label">{label}</p>
            <p class="value">&nbsp;</p>
          </div>
          <div class="kpi-chart">
            <svg class="spark" />
          </div>
        </div>
      ))}
    </div>
  );
}

interface Was extends Quantity {
  readonly title: string;
}

interface Chart {
  readonly label: string;
  readonly value: Quantity;
  readonly title: string;
  readonly isError?: boolean;
  /** What the number was until the newest version came. */
  readonly was?: Was | null;
  readonly bars: readonly number[];
  readonly kind: "col" | "col-error";
  /** What a piece holds, in words. */
  readonly text: (at: number) => string;
}

interface KpiProps {
  chart: Chart;
  overview: Overview;
  brush: Brush;
  marks: readonly DeployMark[];
}

function Kpi({ chart, overview, brush, marks }: KpiProps) {
  const { label, value, title, isError, was, bars, kind, text } = chart;
  const most = Math.max(1, ...bars);
  const { first, last, at } = brush;
  const came = at === null ? undefined : marks.find((mark) => Math.round(mark.at * bars.length) === at);
  const words =
    at === null
      ? first === null || last === null
        ? null
        : stretchWords(overview, first, last)
      : `${stretchWords(overview, at, at)} · ${text(at)}${came ? ` · ${came.words.replaceAll("\n", " · ")}` : ""}`;
  return (
    <div class="kpi">
      <div title={title}>
        <p class="label">{label}</p>
        <p class={`value ${isError ? "is-error" : ""}`}>
          {value.value}
          {value.unit === "" ? null : <Unit>{value.unit}</Unit>}
          {was ? (
            <span class="was" title={was.title} data-testid="was">
              was {was.value}
              {was.unit === value.unit ? null : <Unit>{was.unit}</Unit>}
            </span>
          ) : null}
        </p>
      </div>
      <div class="kpi-chart">
        <svg
          class="spark brush"
          viewBox={`0 0 ${bars.length} 1`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${label} over time: ${title}`}
          data-testid="brush"
          {...brush.on(bars.length)}
        >
          <rect class="ground" width={bars.length} height="1" />
          {first === null || last === null ? null : <rect class="sel" x={first} width={last - first + 1} height="1" />}
          <path class={kind} d={columns(bars, most)} />
          {marks.map((mark) => (
            <path class="mark" key={mark.at} data-testid="deploy-mark" d={`M${mark.at * bars.length} 0V1`} />
          ))}
        </svg>
        {words === null ? null : <p class="kpi-words">{words}</p>}
      </div>
    </div>
  );
}

export function stretchWords(overview: Pick<Overview, "from" | "stepNs">, first: number, last: number): string {
  const { from, to } = stretchOf(overview, first, last);
  const write = explorer.needsDay.value ? dayAndClockTime : clockTime;
  return `${short(write(from))} – ${short(write(to))}`;
}

/** Without thousandths, since pieces are whole seconds. */
function short(clock: string): string {
  return clock.replace(/\.\d+$/, "");
}

export interface Brush {
  readonly first: number | null;
  readonly last: number | null;
  /** The piece under the pointer while nothing is dragged. */
  readonly at: number | null;
  on(pieces: number): Record<string, (event: PointerEvent) => void>;
}

/** One brush for all charts: where one is dragged, all show the stretch. */
export function useBrush(
  overview: Pick<Overview, "from" | "stepNs"> | null,
  onRange: (range: TimeRange) => void,
): Brush {
  const [drag, setDrag] = useState<{ begin: number; end: number } | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const dragged = useRef(drag);
  dragged.current = drag;
  useEffect(() => {
    setAt(null);
    setDrag(null);
  }, [overview]);
  useEffect(() => {
    if (!drag) return;
    const leave = (event: KeyboardEvent) => {
      if (event.key === "Escape") setDrag(null);
    };
    addEventListener("keydown", leave);
    return () => removeEventListener("keydown", leave);
  }, [drag !== null]);
  const pieceAt = (event: PointerEvent, pieces: number) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const piece = Math.floor(((event.clientX - box.left) / box.width) * pieces);
    return Math.max(0, Math.min(pieces - 1, piece));
  };
  return {
    first: drag && Math.min(drag.begin, drag.end),
    last: drag && Math.max(drag.begin, drag.end),
    at: drag ? null : at,
    on: (pieces) => ({
      onPointerDown: (event) => {
        if (event.button !== 0) return;
        (event.currentTarget as Element).setPointerCapture(event.pointerId);
        const piece = pieceAt(event, pieces);
        setDrag({ begin: piece, end: piece });
      },
      onPointerMove: (event) => {
        const piece = pieceAt(event, pieces);
        setAt(piece);
        if (dragged.current) setDrag({ ...dragged.current, end: piece });
      },
      onPointerLeave: () => setAt(null),
      onPointerCancel: () => setDrag(null),
      onPointerUp: () => {
        const now = dragged.current;
        setDrag(null);
        // A click alone is no stretch.
        if (!overview || !now || now.begin === now.end) return;
        onRange(stretchOf(overview, Math.min(now.begin, now.end), Math.max(now.begin, now.end)));
      },
    }),
  };
}
