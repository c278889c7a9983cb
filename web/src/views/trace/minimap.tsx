/** The whole trace in a strip of 44 pixels. A stretch that is dragged over it is what the views below show. */

import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { moved, paintMinimap, type Stretch, scaled, stretchOf } from "../../model/minimap";
import { durationText } from "../../model/numbers";
import { theme } from "../../state/theme";
import * as state from "../../state/trace";
import { useViewport } from "../viewport";
import { readInk } from "./ink";

/** How near to an edge of the window a pointer takes hold of it. */
const HOLD_PX = 6;
const STEP = 0.25;

export function Minimap({ opened }: { opened: state.OpenTrace }) {
  const { timeline } = opened;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useViewport(box).value;
  const drag = useSignal<((at: number) => Stretch | null) | null>(null);
  const axis = state.axis.value;
  const length = Math.max(1, timeline.to - timeline.from);
  const share = (ns: number) => ((ns - timeline.from) / length) * 100;

  useLayoutEffect(() => {
    const element = canvas.current;
    if (element && width > 0 && height > 0) draw(element, opened, width, height);
  }, [opened, width, height, theme.value]);

  const momentAt = (event: PointerEvent) => {
    const { left } = box.current!.getBoundingClientRect();
    return timeline.from + ((event.clientX - left) / Math.max(1, width)) * length;
  };
  const take = (event: PointerEvent) => {
    const at = momentAt(event);
    const near = (HOLD_PX / Math.max(1, width)) * length;
    const now = state.axis.value;
    const from = (anchor: number) => (to: number) => stretchOf(timeline, anchor, to);
    if (Math.abs(at - now.from) < near) return from(now.to);
    if (Math.abs(at - now.to) < near) return from(now.from);
    if (state.zoom.value && at > now.from && at < now.to) {
      return (to: number) => moved(timeline, now, (to - at) / (now.to - now.from));
    }
    return from(at);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    switch (event.key) {
      case "ArrowLeft":
      case "ArrowRight":
        if (state.zoom.value) state.zoom.value = moved(timeline, axis, event.key === "ArrowLeft" ? -STEP : STEP);
        break;
      case "+":
      case "=":
      case "-":
        state.zoom.value = scaled(timeline, axis, event.key === "-" ? 2 : 0.5, state.CLOSEST_NS);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  const told = `${durationText(axis.from - timeline.from)} to ${durationText(axis.to - timeline.from)} of ${durationText(length)}`;
  return (
    <div class="minimap">
      <div
        class="map"
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label="Part of the trace that is shown"
        aria-valuemin={0}
        aria-valuemax={length}
        aria-valuenow={Math.round(axis.from - timeline.from)}
        aria-valuetext={told}
        title={`${told}\nDrag to look closer, double click for all (0)`}
        data-testid="minimap"
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.value = take(event);
        }}
        onPointerMove={(event) => {
          const stretch = drag.value?.(momentAt(event));
          if (stretch) state.zoom.value = stretch;
        }}
        onPointerUp={() => {
          drag.value = null;
        }}
        onDblClick={() => {
          state.zoom.value = null;
        }}
      >
        <canvas ref={canvas} />
        <i class="out" style={{ left: 0, width: `${share(axis.from)}%` }} />
        <i class="out" style={{ right: 0, width: `${100 - share(axis.to)}%` }} />
        <i class="win" style={{ left: `${share(axis.from)}%`, right: `${100 - share(axis.to)}%` }} />
      </div>
    </div>
  );
}

function draw(element: HTMLCanvasElement, opened: state.OpenTrace, width: number, height: number) {
  const scale = devicePixelRatio || 1;
  element.width = Math.round(width * scale);
  element.height = Math.round(height * scale);
  const context = element.getContext("2d", { willReadFrequently: true });
  if (!context) return;
  const { trace, hues } = opened;
  const ink = readInk(element).services.map((colour) => pixelOf(context, colour));
  const colours = trace.strings.map(() => 0);
  for (let row = 0; row < trace.count; row++) {
    const service = trace.service[row]!;
    colours[service] ||= ink[hues.of(trace.strings[service] ?? "") - 1]!;
  }
  const image = context.createImageData(element.width, element.height);
  const pixels = new Uint32Array(image.data.buffer);
  paintMinimap(
    pixels,
    element.width,
    element.height,
    scale,
    opened.tree,
    opened.timeline,
    (row) => colours[trace.service[row]!]!,
  );
  context.putImageData(image, 0, 0);
}

/** A colour, however CSS writes it, as the canvas keeps it in memory. */
function pixelOf(context: CanvasRenderingContext2D, colour: string): number {
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0]!;
}
