/** Which rows of a long list are drawn: those in view and a few around, so that scrolling never shows a gap. */

export interface Slice {
  readonly first: number;
  /** Not drawn any more. */
  readonly end: number;
}

const AROUND = 6;

export function rowsInView(scrollTop: number, height: number, rowHeight: number, count: number): Slice {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - AROUND);
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + AROUND);
  return { first: Math.min(first, end), end };
}

/** At least as many as are ever drawn at once, so that `place % poolSize` is a name for a row on the screen. */
export function poolSize(height: number, rowHeight: number): number {
  return Math.ceil(height / rowHeight) + 2 * AROUND + 2;
}

/** Where to scroll so that a row is in view; the present place when it is already. */
export function scrollToShow(
  row: number,
  scrollTop: number,
  height: number,
  rowHeight: number,
  placement: "nearest" | "middle" = "nearest",
): number {
  const top = row * rowHeight;
  const isInView = top >= scrollTop && top + rowHeight <= scrollTop + height;
  if (isInView) return scrollTop;
  if (placement === "middle") return Math.max(0, top - Math.floor((height - rowHeight) / 2));
  return top < scrollTop ? top : top + rowHeight - height;
}
