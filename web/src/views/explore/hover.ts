/** When the card beside an origin opens and closes: after a moment's rest, and a moment after the pointer left. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Span } from "../../model/span";

const REST_MS = 180;
const LEAVE_MS = 140;

interface Shown {
  readonly span: Span;
  readonly beside: DOMRect;
}

export interface HoverCardState {
  readonly shown: Signal<Shown | null>;
  /** Whether there is a pointer that can hover; without one, tooltips stay. */
  readonly isUsable: boolean;
  openSoon(span: Span, beside: Element): void;
  open(span: Span, beside: Element): void;
  closeSoon(): void;
  keep(): void;
  close(): void;
}

export function useHoverCard(): HoverCardState {
  const shown = useSignal<Shown | null>(null);
  const state = useMemo(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (ms: number, act: () => void) => {
      clearTimeout(timer);
      timer = setTimeout(act, ms);
    };
    const made: HoverCardState = {
      shown,
      isUsable: matchMedia("(hover: hover)").matches,
      openSoon: (span, beside) => later(shown.value ? 60 : REST_MS, () => made.open(span, beside)),
      open: (span, beside) => {
        clearTimeout(timer);
        if (beside.isConnected) shown.value = { span, beside: beside.getBoundingClientRect() };
      },
      closeSoon: () => later(LEAVE_MS, made.close),
      keep: () => clearTimeout(timer),
      close: () => {
        clearTimeout(timer);
        shown.value = null;
      },
    };
    return made;
  }, [shown]);
  useEffect(() => state.close, [state]);
  return state;
}
