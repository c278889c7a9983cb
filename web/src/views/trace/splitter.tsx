/** The line between waterfall and panel, to be dragged, or moved by arrow keys. The width is remembered. */

import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { recall, remember } from "../../state/memory";

const NARROWEST = 320;
const WATERFALL_KEEPS = 420;
const STEP = 24;

export function Splitter({ of }: { of: RefObject<HTMLElement | null> }) {
  const width = useSignal<number | null>(null);
  useLayoutEffect(() => {
    const kept = Number(recall("panel-width"));
    if (kept > 0) resize(kept, false);
    else width.value = Math.round(present());
  }, []);
  const widest = () => Math.max(NARROWEST, (of.current?.clientWidth ?? 0) - WATERFALL_KEEPS);
  const present = () => of.current?.lastElementChild?.getBoundingClientRect().width ?? NARROWEST;
  const resize = (to: number, isChosen = true) => {
    width.value = Math.round(Math.max(NARROWEST, Math.min(widest(), to)));
    of.current?.style.setProperty("--w-panel", `${width.value}px`);
    if (isChosen) remember("panel-width", String(width.value));
  };
  return (
    <div
      class="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the span panel"
      aria-valuemin={NARROWEST}
      aria-valuemax={Math.max(NARROWEST, width.value ?? 0, widest())}
      aria-valuenow={width.value ?? NARROWEST}
      tabIndex={0}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId) || !of.current) return;
        resize(of.current.getBoundingClientRect().right - event.clientX);
      }}
      onDblClick={() => {
        of.current?.style.removeProperty("--w-panel");
        remember("panel-width", "0");
      }}
      onKeyDown={(event) => {
        const by = event.key === "ArrowLeft" ? STEP : event.key === "ArrowRight" ? -STEP : 0;
        if (by === 0) return;
        event.preventDefault();
        resize(present() + by);
      }}
    />
  );
}
