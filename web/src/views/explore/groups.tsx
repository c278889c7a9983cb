/** What the tables of counted spans have in common: heads that sort, cells of rate, errors and time, a small trend. */

import type { ComponentChildren } from "preact";
import type { GroupOrder } from "../../model/explore-look";
import { columns, percent, readableRate, type Stats, type Trend } from "../../model/groups";
import { counted, durationText, grouped } from "../../model/numbers";
import { Duration, Icon, Unit } from "../glyphs";

const HEADS: ReadonlyArray<readonly [order: GroupOrder, label: string]> = [
  ["count", "Rate"],
  ["error_rate", "Errors"],
  ["p50", "p50"],
  ["p95", "p95"],
  ["total", "Total"],
];

interface GroupTableProps {
  label: string;
  /** Head of the first column. */
  head: ComponentChildren;
  sort: GroupOrder;
  onSort: (sort: GroupOrder) => void;
  isOld: boolean;
  children: ComponentChildren;
}

export function GroupTable({ label, head, sort, onSort, isOld, children }: GroupTableProps) {
  return (
    <div class="table scroll groups" role="table" aria-label={label} aria-busy={isOld}>
      <div class="tr th" role="row">
        <span class="row" role="columnheader">
          {head}
        </span>
        {HEADS.map(([order, words]) => (
          <span role="columnheader" key={order} aria-sort={order === sort ? "descending" : "none"} class="num">
            <button
              class={`row sort ${order === sort ? "is-sorted" : ""}`}
              type="button"
              title={`Largest first by ${words.toLowerCase()}`}
              onClick={() => onSort(order)}
            >
              {words}
              {order === sort ? <Icon name="down" small /> : null}
            </button>
          </span>
        ))}
        <span role="columnheader">Trend</span>
      </div>
      <div class={isOld ? "groups-rows is-old" : "groups-rows"} role="rowgroup">
        {children}
      </div>
    </div>
  );
}

/** The cells behind the first one. `mostNs` is the largest total in the table. */
export function StatsCells({ stats, trend, mostNs }: { stats: Stats; trend: Trend | null; mostNs: number }) {
  const pace = readableRate(stats.rate);
  return (
    <>
      <span role="cell" class="num" title={counted(stats.count, "span")}>
        {pace.value}
        <Unit>{pace.unit}</Unit>
      </span>
      <span
        role="cell"
        class={`num ${stats.errors > 0 ? "is-error" : "muted"}`}
        title={`${grouped(stats.errors)} of ${counted(stats.count, "span")} failed`}
      >
        {percent(stats.errorRate)}
        <Unit>%</Unit>
      </span>
      <span role="cell" class="num">
        <Duration ns={stats.p50Ns} />
      </span>
      <span role="cell" class="num">
        <Duration ns={stats.p95Ns} />
      </span>
      <span role="cell" class="dur" title={`${durationText(stats.totalNs)} in all`}>
        <span class="meter" style={{ "--v": mostNs > 0 ? stats.totalNs / mostNs : 0 }}>
          <i />
        </span>
        <Duration ns={stats.totalNs} />
      </span>
      <span role="cell">{trend ? <TrendBars trend={trend} /> : null}</span>
    </>
  );
}

/** Spans over the window as small bars; the failed ones stand at their foot. */
function TrendBars({ trend: { counts, errors } }: { trend: Trend }) {
  const most = Math.max(1, ...counts);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${counts.length} 1`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Trend: ${counted(total, "span")}, at most ${grouped(most)} in one of ${counts.length} pieces`}
    >
      <path class="col" d={columns(counts, most)} />
      <path class="col-error" d={columns(errors, most)} />
    </svg>
  );
}
