/** The lines of a file beside what they cost. Only those in view are in the page, so long files open as fast as short ones. */

import { computed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { lineText } from "../../model/code";
import type { CodeLens } from "../../model/code-address";
import { durationText } from "../../model/numbers";
import { heat, type LineRed, percent, timeOf } from "../../model/places";
import type { Token } from "../../model/span";
import { changeOf, isWorse } from "../../model/versions";
import { rowsInView, scrollToShow } from "../../model/virtual";
import * as state from "../../state/code";
import { Diamond, Duration } from "../glyphs";
import { SCROLLS } from "../keys";
import { Blank, Skeleton } from "../states";
import { Tokens } from "../tokens";
import { pixels, useViewport } from "../viewport";
import { Rate } from "./rate";

/** Characters of the longest line, so that one can scroll to its end. */
const longest = computed(() =>
  (state.file.value?.lines ?? []).reduce((most, tokens) => Math.max(most, lineText(tokens).length), 0),
);

interface SourceTableProps {
  selected: number | null;
  lens: CodeLens;
  isCompared: boolean;
  onSelect: (line: number) => void;
}

export function SourceTable({ selected, lens, isCompared, onSelect }: SourceTableProps) {
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
  const never = new Set(state.cold.value?.map(({ line }) => line));
  return (
    <section class="scroll source" ref={scroller} aria-label="Source" data-testid="source" {...SCROLLS}>
      <div class="src-head" aria-hidden="true">
        <span class="num">spans</span>
        <span class="num">errors</span>
        <span class="num">p95</span>
        {isCompared ? (
          <span class="num">change</span>
        ) : (
          <span title={lens === "self" ? "Time without that of callees" : "Time in all"}>
            {lens === "self" ? "self time" : "total time"}
          </span>
        )}
      </div>
      {file && count === 0 ? (
        <Blank title="An empty file">There is nothing in it at this commit.</Blank>
      ) : file ? (
        <ol class="code src-rows" style={{ "--rows": count, "--longest": longest.value }}>
          {file.lines.slice(first, end).map((tokens, index) => {
            const line = first + index + 1;
            return (
              <SourceLine
                key={line}
                line={line}
                tokens={tokens}
                red={state.lines.value?.get(line) ?? null}
                before={isCompared ? (state.beside.value?.get(line) ?? null) : null}
                isCompared={isCompared}
                isNever={never.has(line)}
                isSelected={line === selected}
                onSelect={onSelect}
              />
            );
          })}
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
  before: LineRed | null;
  isCompared: boolean;
  /** Whether a function begins here that no span starts in. */
  isNever: boolean;
  isSelected: boolean;
  onSelect: (line: number) => void;
}

function SourceLine({ line, tokens, red, before, isCompared, isNever, isSelected, onSelect }: SourceLineProps) {
  const calls = state.repeats.value.get(line);
  return (
    <li
      class={`ln src-ln ${isSelected ? "is-selected" : ""} ${red ? "is-hot" : ""}`}
      style={{ "--at": line - 1 }}
      data-testid={red ? "counted-line" : undefined}
      data-line={line}
      aria-current={isSelected ? "true" : undefined}
      onClick={() => onSelect(line)}
    >
      {red ? (
        <>
          <span class="num">
            <Rate perSecond={red.rate} />
          </span>
          <span class={`num ${red.errors > 0 ? "is-error" : "muted"}`}>{percent(red.errorRate)}</span>
          <span class="num">
            <Duration ns={red.p95Ns} />
          </span>
          {isCompared ? (
            <Change red={red} before={before} />
          ) : (
            <span class="src-time" title={`${durationText(timeOf(red))} in all`}>
              <i style={{ "--v": heat(timeOf(red), state.mostNs.value) }} />
            </span>
          )}
        </>
      ) : (
        <>
          <span class="src-none" />
          {before ? <span class="num muted">gone</span> : <span />}
        </>
      )}
      <span class="mark">
        {red?.types.map((type) => (
          <Diamond key={type} type={type} />
        ))}
      </span>
      <span class="no">{line}</span>
      <pre>
        <Tokens tokens={tokens} />
      </pre>
      {calls && red ? (
        <span class="badge badge-stale" title={`Called ${calls.toFixed(1)} times under one parent`}>
          N+1 ×{Math.round(calls)}
        </span>
      ) : isNever ? (
        <span class="muted src-never" title="No span starts in this function in this stretch of time">
          no spans
        </span>
      ) : null}
    </li>
  );
}

/** What became of the line's p95. */
function Change({ red, before }: { red: LineRed; before: LineRed | null }) {
  const text = before ? changeOf(red.p95Ns, before.p95Ns) : null;
  return (
    <span
      class={`num ${before && isWorse(red.p95Ns, before.p95Ns) ? "is-slow" : "muted"}`}
      title={before ? `p95 was ${durationText(before.p95Ns)}` : "No span started here then"}
      data-testid="change"
    >
      {text ?? "new"}
    </span>
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
