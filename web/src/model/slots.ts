/**
 * Which element of a list that scrolls draws which row: a row that stays in view keeps its element, wherever it goes.
 *
 * An element that is not needed is not taken away. It is parked with what it drew last, so that a row which comes back
 * (unfolded again, scrolled back) is there already; making its elements anew is most of what a fold costs.
 */

export interface Placed {
  /** A name for the element. */
  readonly slot: number;
  readonly row: number;
  /** Of the row in the list; `PARKED` when it is not drawn. */
  readonly place: number;
}

export const PARKED = -1;

export class Slots {
  #last: readonly Placed[] = [];
  /** When a parked slot was drawn last. */
  readonly #drawnAt: number[] = [];
  #now = 0;

  /**
   * The elements for `rows`, which stand from place `first` on, and for those that are parked. Rows come in their order,
   * parked ones between them where they were: a browser draws an element anew that is moved among the others.
   */
  place(rows: ArrayLike<number>, first: number): readonly Placed[] {
    this.#now++;
    const at = new Map(Array.from(rows, (row, index) => [row, index]));
    const free = this.#last.filter(({ row }) => !at.has(row));
    const slotOf = new Map(this.#last.map(({ row, slot }) => [row, slot]));
    const missing = Array.from(rows).filter((row) => !slotOf.has(row));
    const reused = new Set<number>();
    const oldest = [...free].sort((a, b) => this.#drawnAt[a.slot]! - this.#drawnAt[b.slot]!);
    for (const [index, row] of missing.entries()) {
      const slot = oldest[index]?.slot ?? this.#drawnAt.length;
      slotOf.set(row, slot);
      reused.add(slot);
      this.#drawnAt[slot] = this.#now;
    }

    const placed: Placed[] = [];
    let next = 0;
    const drawUntil = (end: number) => {
      for (; next < end; next++) {
        const row = rows[next]!;
        const slot = slotOf.get(row)!;
        this.#drawnAt[slot] = this.#now;
        placed.push({ slot, row, place: first + next });
      }
    };
    for (const { row, slot } of this.#last) {
      const index = at.get(row);
      if (index !== undefined) drawUntil(index + 1);
      else if (!reused.has(slot)) placed.push({ slot, row, place: PARKED });
    }
    drawUntil(rows.length);
    this.#last = placed;
    return placed;
  }
}
