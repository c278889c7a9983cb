/** The colours of tokens.css as a canvas understands them. */

import { HUES } from "../../model/services";

export interface Ink {
  readonly services: readonly string[];
  readonly text: string;
  readonly muted: string;
  readonly inverse: string;
  readonly error: string;
  readonly ground: string;
  readonly line: string;
  readonly font: string;
}

/** Asked of an element, since `light-dark()` is only resolved where it colours something. */
export function readInk(on: HTMLElement): Ink {
  const before = on.style.color;
  const resolved = (variable: string) => {
    on.style.color = variable;
    return getComputedStyle(on).color;
  };
  const ink = {
    services: Array.from({ length: HUES }, (_, index) => resolved(`var(--svc-${index + 1})`)),
    text: resolved("var(--text)"),
    muted: resolved("var(--muted)"),
    inverse: resolved("var(--inverse)"),
    error: resolved("var(--error)"),
    ground: resolved("var(--ground)"),
    line: resolved("var(--line)"),
    font: `500 11px ${getComputedStyle(on).fontFamily}`,
  };
  on.style.color = before;
  return ink;
}
