/**
 * The flame graph: time from left to right, callees below their callers. Drawn on a canvas, since a lane may hold all
 * of a hundred thousand spans; the span list tells the same to those who cannot see it.
 */

import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { lastStarted, rowAt } from "../../model/flame";
import { duration, durationText } from "../../model/numbers";
import { pathAndLine } from "../../model/paths";
import { ERROR, readRow } from "../../model/trace";
import { theme } from "../../state/theme";
import * as state from "../../state/trace";
import { useKeys } from "../keys";
import { useViewport } from "../viewport";
import { readInk } from "./ink";

interface FlameGraphProps {
  opened: state.OpenTrace;
  onSelect: (spanId: string | null) => void;
}

const LANE_PX = 20;
const AXIS_PX = 22;
const EDGE_PX = 16;
/** Narrower blocks carry no words, and such a piece of a block is not worth a stroke of its own. */
const WORDS_FROM_PX = 34;
/** How much of its colour keeps a block that is not asked for. */
const ASIDE = 0.3;
const TICK_PX = 140;

export function FlameGraph({ opened, onSelect }: FlameGraphProps) {
  const { trace, timeline, tree, hues } = opened;
  const flame = opened.flame();
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const viewport = useViewport(scroller);
  const pointed = useSignal(-1);
  const { scrollTop, width, height } = viewport.value;
  const selected = state.selected.value;
  const wanted = state.wanted.value ?? state.found.value;
  const { from, to } = state.axis.value;
  const inner = Math.max(1, width - 2 * EDGE_PX);
  const nsPerPx = Math.max(1e-9, (to - from) / inner);
  const xOf = (ns: number) => EDGE_PX + (ns - from) / nsPerPx;

  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || width === 0) return;
    const ink = readInk(element);
    const sharp = devicePixelRatio || 1;
    element.width = Math.round(width * sharp);
    element.height = Math.round(height * sharp);
    context.scale(sharp, sharp);
    context.clearRect(0, 0, width, height);
    context.textBaseline = "middle";
    const firstLane = Math.max(0, Math.floor((scrollTop - AXIS_PX) / LANE_PX));
    const endLane = Math.min(flame.lanes, Math.ceil((scrollTop + height - AXIS_PX) / LANE_PX));
    for (let lane = firstLane; lane < endLane; lane++) drawLane(lane);
    drawAxis();

    function drawLane(lane: number) {
      const top = AXIS_PX + lane * LANE_PX - scrollTop;
      let reached = Number.NEGATIVE_INFINITY;
      const first = Math.max(flame.laneAt[lane]!, lastStarted(flame, timeline, lane, from));
      for (let at = first; at < flame.laneAt[lane + 1]!; at++) {
        const row = flame.byLane[at]!;
        if (timeline.start[row]! > to) break;
        const right = Math.min(width, xOf(timeline.start[row]! + timeline.duration[row]!));
        const left = Math.max(0, xOf(timeline.start[row]!));
        if (right < 0 || (right <= reached + 0.5 && row !== selected && row !== pointed.value)) continue;
        reached = Math.max(right, left + 1);
        drawBlock(row, left, Math.max(1, right - left - 0.5), top);
      }
    }

    function drawBlock(row: number, left: number, wide: number, top: number) {
      const high = LANE_PX - 2;
      context!.globalAlpha = wanted?.rows[row] === 0 ? ASIDE : 1;
      context!.fillStyle = ink.services[hues.of(trace.strings[trace.service[row]!] ?? "") - 1]!;
      context!.fillRect(left, top, wide, high);
      if (trace.status[row] === ERROR) {
        context!.fillStyle = ink.error;
        context!.fillRect(left, top + high - 3, wide, 3);
      }
      context!.globalAlpha = 1;
      if (row === selected || row === pointed.value) {
        context!.strokeStyle = ink.text;
        context!.lineWidth = row === selected ? 2 : 1;
        context!.strokeRect(left + 1, top + 1, Math.max(0.5, wide - 2), high - 2);
      }
      if (wide < WORDS_FROM_PX) return;
      const { origin, resource } = readRow(trace, row);
      const place = origin ? `  ${pathAndLine(origin).split(/[/\\]/).pop()}` : "";
      context!.fillStyle = wanted?.rows[row] === 0 ? ink.text : ink.inverse;
      context!.font = ink.font;
      context!.fillText(fitted(context!, resource + place, wide - 10), left + 5, top + high / 2 + 0.5);
    }

    function drawAxis() {
      context!.fillStyle = ink.ground;
      context!.fillRect(0, 0, width, AXIS_PX);
      context!.font = ink.font;
      const ticks = Math.max(1, Math.floor(inner / TICK_PX));
      for (let tick = 0; tick <= ticks; tick++) {
        const ns = from + ((to - from) * tick) / ticks;
        context!.textAlign = tick === ticks ? "right" : "left";
        context!.fillStyle = ink.muted;
        const zero = ns === timeline.from;
        context!.fillText(zero ? "0" : durationText(ns - timeline.from), xOf(ns), AXIS_PX / 2);
      }
      context!.textAlign = "left";
      context!.fillStyle = ink.line;
      context!.fillRect(0, AXIS_PX - 1, width, 1);
    }
  }, [opened, scrollTop, width, height, selected, from, to, pointed.value, theme.value, wanted]);

  const met = (event: MouseEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    const lane = Math.floor((event.clientY - box.top + scrollTop - AXIS_PX) / LANE_PX);
    const time = from + (event.clientX - box.left - EDGE_PX) * nsPerPx;
    return rowAt(flame, timeline, lane, time, nsPerPx);
  };
  const select = (row: number | undefined) => {
    if (row !== undefined && row >= 0) onSelect(trace.spanId[row]!);
  };
  const beside = (by: number) => {
    const row = state.selected.value;
    const lane = flame.lane[row] ?? 0;
    const next = flame.byLane[lastStarted(flame, timeline, lane, timeline.start[row] ?? 0) + by];
    if (next !== undefined && flame.lane[next] === lane) select(next);
  };
  const step = (by: number) => select(tree.order[(tree.place[state.selected.value] ?? -1) + by]);
  const out = () => select(tree.parent[state.selected.value]);
  const into = () => {
    const row = state.selected.value;
    if (row < 0 || tree.childCount[row]! > 0) step(1);
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    g: () => select(tree.order[0]),
    G: () => select(tree.order[tree.order.length - 1]),
    ArrowDown: into,
    ArrowUp: out,
    ArrowLeft: () => beside(-1),
    ArrowRight: () => beside(1),
  });
  useEffect(() => {
    const element = scroller.current;
    if (!element || selected < 0) return;
    const top = AXIS_PX + flame.lane[selected]! * LANE_PX;
    if (top < element.scrollTop + AXIS_PX) element.scrollTop = top - AXIS_PX;
    else if (top + LANE_PX > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + LANE_PX - element.clientHeight;
    }
  }, [selected]);
  useEffect(() => {
    // By hand, since a listener that Preact adds cannot keep the page from zooming.
    const element = canvas.current;
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const at = from + (event.offsetX - EDGE_PX) * nsPerPx;
      const factor = Math.exp(event.deltaY / 300);
      const next = {
        from: Math.max(timeline.from, at - (at - from) * factor),
        to: Math.min(timeline.to, at + (to - at) * factor),
      };
      const isAll = next.from <= timeline.from && next.to >= timeline.to;
      if (next.to - next.from >= state.CLOSEST_NS) state.zoom.value = isAll ? null : next;
    };
    element?.addEventListener("wheel", wheel, { passive: false });
    return () => element?.removeEventListener("wheel", wheel);
  }, [from, to, nsPerPx]);

  return (
    <div class="scroll spans flame" ref={scroller} data-testid="flame">
      <canvas
        ref={canvas}
        role="img"
        aria-label="Flame graph of the trace. The span list holds the same spans as words."
        title={pointed.value >= 0 ? told(opened, pointed.value) : ""}
        style={{ width: `${width}px`, height: `${height}px` }}
        onPointerMove={(event) => {
          pointed.value = met(event);
        }}
        onPointerLeave={() => {
          pointed.value = -1;
        }}
        onClick={(event) => select(met(event))}
        onDblClick={(event) => state.zoomTo(met(event))}
      />
      <div
        class="lanes"
        style={{ "--lanes": `${Math.max(0, AXIS_PX + flame.lanes * LANE_PX + EDGE_PX - height)}px` }}
      />
    </div>
  );
}

function told(opened: state.OpenTrace, row: number): string {
  const { resource, service, origin } = readRow(opened.trace, row);
  const { value, unit } = duration(opened.timeline.duration[row]!);
  const lines = [resource, service, `${value}\u202f${unit}, self ${durationText(opened.selfNs()[row]!)}`];
  if (origin) lines.push(pathAndLine(origin));
  return lines.join("\n");
}

/** The text, cut so that it fits; nothing where not even its beginning does. */
function fitted(context: CanvasRenderingContext2D, text: string, px: number): string {
  const all = context.measureText(text).width;
  if (all <= px) return text;
  const characters = Math.floor((px / all) * text.length) - 1;
  return characters < 2 ? "" : `${text.slice(0, characters)}…`;
}
