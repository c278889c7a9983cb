/** Keys that work anywhere on a page. A field, an open dialog and the browser's own shortcuts keep theirs. */

import { useLayoutEffect, useRef } from "preact/hooks";

export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** The keys that go through any list: by one, by a page, to its ends. */
export function movementKeys(
  step: (by: number) => void,
  pageful: number,
  toFirst: () => void,
  toLast: () => void,
): KeyMap {
  const next = () => step(1);
  const previous = () => step(-1);
  return {
    j: next,
    k: previous,
    ArrowDown: next,
    ArrowUp: previous,
    PageDown: () => step(pageful),
    PageUp: () => step(-pageful),
    g: toFirst,
    Home: toFirst,
    G: toLast,
    End: toLast,
  };
}

/** For what scrolls and holds nothing to be focused: arrow keys must reach it. */
export const SCROLLS = { tabIndex: 0 } as const;

/** Binds keys (as `KeyboardEvent.key` names them) while the component is on the page. */
export function useKeys(keys: KeyMap): void {
  const current = useRef(keys);
  current.current = keys;
  // With what is drawn, not a moment after it: a key pressed in between would be lost (decision 0242).
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTakenByTarget(event)) return;
      const act = current.current[event.key];
      if (!act) return;
      event.preventDefault();
      act(event);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

function isTakenByTarget(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog[open], input, textarea, select, [role=menu]")) return true;
  const presses = event.key === "Enter" || event.key === " ";
  if (presses && target.closest("button, a[href], [role=tab]")) return true;
  return event.key.startsWith("Arrow") && target.closest("[role=tablist], [role=separator]") !== null;
}
