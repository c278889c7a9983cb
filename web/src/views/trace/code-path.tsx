/** The trace as a walk through the reader's code: each line that it led to, in order, whatever lies between. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { grouped } from "../../model/numbers";
import { readRow } from "../../model/trace";
import { poolSize, rowsInView, scrollToShow } from "../../model/virtual";
import * as state from "../../state/trace";
import { Diamond, Duration, PlaceWords, placeTitle, ServiceMark } from "../glyphs";
import { useKeys } from "../keys";
import { Blank } from "../states";
import { pixels, useViewport } from "../viewport";

interface CodePathProps {
  opened: state.OpenTrace;
  onSelect: (spanId: string) => void;
}

/** Deeper steps stand below each other. */
const DEEPEST = 14;

export function CodePathView({ opened, onSelect }: CodePathProps) {
  const { trace } = opened;
  const walk = opened.codePath();
  const scroller = useRef<HTMLDivElement>(null);
  const viewport = useViewport(scroller);
  const rowHeight = pixels("--row-table");
  const count = walk.row.length;
  const selected = walk.row.indexOf(state.selected.value);
  const longest = walk.criticalNs.reduce((most, ns) => Math.max(most, ns), 1);

  const select = (step: number) => {
    const row = walk.row[Math.max(0, Math.min(count - 1, step))];
    if (row !== undefined) onSelect(trace.spanId[row]!);
  };
  const at = () => walk.row.indexOf(state.selected.value);
  useKeys({
    j: () => select(at() + 1),
    k: () => select(at() - 1),
    ArrowDown: () => select(at() + 1),
    ArrowUp: () => select(at() - 1),
    g: () => select(0),
    Home: () => select(0),
    G: () => select(count - 1),
    End: () => select(count - 1),
  });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || selected < 0) return;
    element.scrollTop = scrollToShow(selected, element.scrollTop, element.clientHeight - rowHeight, rowHeight);
  }, [selected]);

  if (count === 0) {
    return (
      <section class="spans">
        <Blank title="No line of your code is known in this trace">
          Select a span in the waterfall: its panel says why, and what to do.
        </Blank>
      </section>
    );
  }
  const { first, end } = rowsInView(viewport.value.scrollTop, viewport.value.height, rowHeight, count);
  const pool = poolSize(viewport.value.height, rowHeight);
  return (
    <div class="scroll spans" role="treegrid" aria-label="Code path" tabIndex={0} ref={scroller}>
      <div class="table walk">
        <div class="tr th" role="row">
          <span role="columnheader">Line of your code</span>
          <span role="columnheader">Span</span>
          <span role="columnheader">Waited for</span>
          <span role="columnheader" class="num">
            Duration
          </span>
        </div>
        <div class="rows" role="rowgroup" style={{ "--rows": count }}>
          {walk.row.slice(first, end).map((at, index) => {
            const step = first + index;
            const row = readRow(trace, at);
            const place = row.origin!;
            const depth = walk.depth[step]!;
            return (
              <div
                key={step % pool}
                class={`tr ${step === selected ? "is-selected" : ""}`}
                role="row"
                aria-level={depth + 1}
                aria-rowindex={step + 2}
                aria-selected={step === selected}
                data-testid="step-row"
                style={{ top: `${step * rowHeight}px` }}
                onClick={() => onSelect(row.spanId)}
              >
                <span
                  role="gridcell"
                  class="origin walk-place"
                  title={placeTitle(place)}
                  style={{ "--depth": Math.min(depth, DEEPEST) }}
                >
                  <Diamond type={place.type} />
                  <PlaceWords place={place} directory={opened.directories.get(place.path) ?? ""} />
                </span>
                <span role="gridcell" class="row" title={`${row.resource}\n${row.service}`}>
                  <ServiceMark hue={opened.hues.of(row.service)} />
                  <span class="cut muted">{row.resource}</span>
                  {walk.count[step]! > 1 ? <span class="badge badge-n">× {grouped(walk.count[step]!)}</span> : null}
                </span>
                <span role="gridcell" class="dur">
                  <span class="meter" style={{ "--v": walk.criticalNs[step]! / longest }}>
                    {walk.criticalNs[step]! > 0 ? <i /> : null}
                  </span>
                  {walk.criticalNs[step]! > 0 ? <Duration ns={walk.criticalNs[step]!} /> : <span class="muted">–</span>}
                </span>
                <span role="gridcell" class="num">
                  <Duration ns={walk.totalNs[step]!} />
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
