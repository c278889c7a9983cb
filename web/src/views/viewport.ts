/** What part of a scrolling element is in view, as a signal: what virtual lists draw from. */

import { type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

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

/** A length token as a number of pixels, so that tokens.css stays the one place where row heights are written. */
export function pixels(token: "--row" | "--row-table"): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue(token));
}
