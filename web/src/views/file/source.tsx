/** The lines of a file beside what they cost. Only those in view are in the page, so long files open as fast as short ones. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { codeClass } from "../../model/code";
import { heat, type LineRed, percent } from "../../model/places";
import type { Token } from "../../model/span";
import { rowsInView, scrollToShow } from "../../model/virtual";
import * as state from "../../state/code";
import { Diamond, Duration } from "../glyphs";
import { Skeleton } from "../states";
import { pixels, useViewport } from "../viewport";
import { Rate } from "./rate";

interface SourceTableProps {
  selected: number | null;
  onSelect: (line: number) => void;
}

export function SourceTable({ selected, onSelect }: SourceTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const viewport = useViewport(scroller);
  const rowHeight = pixels("--row");
  const headHeight = pixels("--row-table");
  const file = state.file.value;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !file || selected === null) return;
    const height = element.clientHeight - headHeight;
    element.scrollTop = scrollToShow(selected - 1, element.scrollTop, height, rowHeight, "middle");
  }, [file, selected]);
  const count = file?.lines.length ?? 0;
  const { first, end } = rowsInView(viewport.value.scrollTop, viewport.value.height, rowHeight, count);
  return (
    <section class="scroll source" ref={scroller} aria-label="Source" data-testid="source">
      <div class="src-head" aria-hidden="true">
        <span class="num">spans</span>
        <span class="num">errors</span>
        <span class="num">p50</span>
        <span class="num">p95</span>
        <span class="num">total</span>
      </div>
      {file ? (
        <ol class="code src-rows" style={{ "--rows": count }}>
          {file.lines.slice(first, end).map((tokens, index) => (
            <SourceLine
              key={first + index}
              line={first + index + 1}
              tokens={tokens}
              red={state.lines.value?.get(first + index + 1) ?? null}
              isSelected={first + index + 1 === selected}
              onSelect={onSelect}
            />
          ))}
        </ol>
      ) : (
        <SourceSkeleton />
      )}
    </section>
  );
}

interface SourceLineProps {
  line: number;
  tokens: readonly Token[];
  red: LineRed | null;
  isSelected: boolean;
  onSelect: (line: number) => void;
}

function SourceLine({ line, tokens, red, isSelected, onSelect }: SourceLineProps) {
  return (
    <li
      class={`ln src-ln ${isSelected ? "is-selected" : ""} ${red ? "is-hot" : ""}`}
      style={{ "--at": line - 1 }}
      data-testid={red ? "counted-line" : undefined}
      data-line={line}
      aria-current={isSelected ? "true" : undefined}
      onClick={() => onSelect(line)}
    >
      {red ? <Numbers red={red} /> : <span class="src-none" />}
      <span class="mark">
        {red?.types.map((type) => (
          <Diamond key={type} type={type} />
        ))}
      </span>
      <span class="no">{line}</span>
      <pre>
        {tokens.map(([kind, text], index) => {
          const drawn = codeClass(kind);
          return drawn === "" ? (
            text
          ) : (
            <i key={index} class={drawn}>
              {text}
            </i>
          );
        })}
      </pre>
    </li>
  );
}

function Numbers({ red }: { red: LineRed }) {
  return (
    <>
      <span class="num">
        <Rate perSecond={red.rate} />
      </span>
      <span class={`num ${red.errors > 0 ? "is-error" : "muted"}`}>{percent(red.errorRate)}</span>
      <span class="num">
        <Duration ns={red.p50Ns} />
      </span>
      <span class="num">
        <Duration ns={red.p95Ns} />
      </span>
      <span class="num src-total">
        <i class="src-heat" style={{ "--v": heat(red.totalNs, state.mostNs.value) }} />
        <Duration ns={red.totalNs} />
      </span>
    </>
  );
}

const SHAPES = [0.3, 0.5, 0.42, 0.6, 0.2, 0.36, 0.54, 0.48, 0.62, 0.28, 0.4, 0.5];

function SourceSkeleton() {
  return (
    <div class="code src-wait" aria-hidden="true">
      {SHAPES.map((share, index) => (
        <div class="ln" key={index}>
          <span class="mark" />
          <span class="no" />
          <span class="row">
            <Skeleton share={share} />
          </span>
        </div>
      ))}
    </div>
  );
}
