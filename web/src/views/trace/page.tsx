/** One trace. Left, who waited for whom; right, the selected span and the line of code that caused it. */

import { useEffect, useRef } from "preact/hooks";
import { counted, durationText, grouped } from "../../model/numbers";
import { pathAndLine } from "../../model/paths";
import { readRow } from "../../model/trace";
import { goBack, navigate } from "../../state/route";
import { copy } from "../../state/toast";
import * as state from "../../state/trace";
import { Frame } from "../frame";
import { useKeys } from "../keys";
import { spanLink } from "../links";
import { Blank, ProblemBlank } from "../states";
import { TraceHead, TraceHeadSkeleton } from "./head";
import { SpanPanel } from "./panel";
import { Splitter } from "./splitter";
import { Waterfall, WaterfallSkeleton } from "./waterfall";

interface Address {
  traceId: string;
  spanId: string | null;
}

export function TracePage({ traceId, spanId }: Address) {
  useEffect(() => state.openTrace(traceId, spanId), [traceId, spanId]);
  useEffect(() => state.closeTrace, []);
  const opened = state.open.value;
  const problem = state.problem.value;
  const cols = useRef<HTMLElement>(null);

  const select = (to: string | null) => {
    navigate({ name: "trace", traceId, spanId: to }, "replace");
    // At once, not with the next drawing: the next key may be pressed before that.
    state.openTrace(traceId, to);
  };
  const leave = () => {
    if (state.selected.value >= 0) select(null);
    else goBack();
  };
  useKeys({
    Escape: leave,
    y: () => copy(location.origin + spanLink(traceId, selectedSpanId()), "Link"),
    c: () => {
      const row = selectedRow();
      if (row?.origin) void copy(pathAndLine(row.origin), "Path");
    },
  });

  if (problem) return <ProblemPage traceId={traceId} />;
  return (
    <Frame
      title={opened ? title(opened) : "Trace"}
      class="trace"
      bars={opened ? <TraceHead opened={opened} /> : <TraceHeadSkeleton />}
      keys={<Keys />}
      facts={opened ? <Facts opened={opened} /> : null}
    >
      <main class={`cols ${state.selected.value >= 0 || !opened ? "has-panel" : ""}`} ref={cols}>
        {opened ? <Waterfall opened={opened} onSelect={select} /> : <WaterfallSkeleton />}
        {opened && state.selected.value >= 0 ? (
          <>
            <Splitter of={cols} />
            <SpanPanel opened={opened} row={state.selected.value} onClose={() => select(null)} />
          </>
        ) : null}
      </main>
    </Frame>
  );
}

function ProblemPage({ traceId }: Pick<Address, "traceId">) {
  const problem = state.problem.value!;
  const back = (
    <a class="btn btn-s" href="/explore">
      Back to the explorer
    </a>
  );
  return (
    <Frame title="Trace" keys={null}>
      <main class="fill">
        {problem.kind === "missing" ? (
          <Blank title="No such trace" testId="not-found" acts={back}>
            {problem.message} <code class="asked">{traceId}</code>
          </Blank>
        ) : (
          <ProblemBlank problem={problem} onRetry={state.retryTrace} acts={back} />
        )}
      </main>
    </Frame>
  );
}

function Keys() {
  return (
    <>
      <span>
        <kbd>j k</kbd>move
      </span>
      <span>
        <kbd>h l</kbd>fold
      </span>
      <span>
        <kbd>c</kbd>copy path
      </span>
      <span>
        <kbd>y</kbd>copy link
      </span>
      <span>
        <kbd>Esc</kbd>back
      </span>
      <span>
        <kbd>?</kbd>all keys
      </span>
    </>
  );
}

function Facts({ opened }: { opened: state.OpenTrace }) {
  const { count } = opened.trace;
  const hidden = count - state.shown.value.length;
  return (
    <span data-testid="facts">
      {counted(count, "span")}
      {hidden > 0 ? `, ${grouped(hidden)} folded` : ""}
    </span>
  );
}

function title({ trace, tree, timeline }: state.OpenTrace): string {
  if (trace.count === 0) return "Trace";
  return `${readRow(trace, tree.order[0]!).resource}, ${durationText(timeline.to - timeline.from)}`;
}

function selectedRow() {
  const opened = state.open.value;
  return opened && state.selected.value >= 0 ? readRow(opened.trace, state.selected.value) : null;
}

function selectedSpanId(): string | null {
  return selectedRow()?.spanId ?? null;
}
