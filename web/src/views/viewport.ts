/** What part of a scrolling element is in view, as a signal: what virtual lists draw from. */

import { type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { poolSize, rowsInView, type Slice, scrollToShow } from "../model/virtual";

export interface Viewport {
  readonly scrollTop: number;
  readonly height: number;
  readonly width: number;
}

export function useViewport(of: RefObject<HTMLElement | null>): Signal<Viewport> {
  const viewport = useSignal<Viewport>({ scrollTop: 0, height: 0, width: 0 });
  useLayoutEffect(() => {
    const element = of.current;
    if (!element) return;
    const look = () => {
      const { scrollTop, clientHeight: height, clientWidth: width } = element;
      const known = viewport.peek();
      // A list that scrolled itself knows where it is.
      if (scrollTop === known.scrollTop && height === known.height && width === known.width) return;
      viewport.value = { scrollTop, height, width };
    };
    look();
    element.addEventListener("scroll", look, { passive: true });
    const resized = new ResizeObserver(look);
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      resized.disconnect();
    };
  }, [of, viewport]);
  return viewport;
}

/** What a table of equal rows under a head draws, and how its selected row is kept in view. */
export interface TableRows extends Slice {
  readonly rowHeight: number;
  /** At least as many as are drawn at once: `place % pool` names an element. */
  readonly pool: number;
  /** So many rows a page key goes. */
  readonly pageful: number;
}

/** The rows of a table that are in view; scrolls to the one at `selected` (none: -1) whenever it changes. */
export function useTableRows(of: RefObject<HTMLElement | null>, count: number, selected: number): TableRows {
  const { scrollTop, height } = useViewport(of).value;
  const rowHeight = pixels("--row-table");
  useLayoutEffect(() => {
    const element = of.current;
    if (!element || selected < 0) return;
    // The head takes a row's height.
    element.scrollTop = scrollToShow(selected, element.scrollTop, element.clientHeight - rowHeight, rowHeight);
  }, [selected, count]);
  return {
    ...rowsInView(scrollTop, height, rowHeight, count),
    rowHeight,
    pool: poolSize(height, rowHeight),
    pageful: Math.max(1, Math.floor(height / rowHeight) - 2),
  };
}

/** A length token as a number of pixels, so that tokens.css stays the one place where row heights are written. */
export function pixels(token: "--row" | "--row-table"): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue(token));
}
