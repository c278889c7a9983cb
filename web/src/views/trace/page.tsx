/** One trace. Left, who waited for whom; right, the selected span and the line of code that caused it. */

import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { PLAIN_LOOK, type TraceLook, type TraceView } from "../../model/address";
import { counted, durationText, grouped } from "../../model/numbers";
import { pathAndLine } from "../../model/paths";
import { readRow } from "../../model/trace";
import { goBack, navigate, page } from "../../state/route";
import { copy } from "../../state/toast";
import * as state from "../../state/trace";
import { Frame } from "../frame";
import { useKeys } from "../keys";
import { lazily } from "../lazily";
import { spanLink } from "../links";
import { Blank, ProblemBlank } from "../states";
import { TraceHead, TraceHeadSkeleton } from "./head";
import { Lenses, VIEWS } from "./lenses";
import { LineTimes } from "./line-times";
import { Minimap } from "./minimap";
import { Splitter } from "./splitter";
import { Waterfall, WaterfallSkeleton } from "./waterfall";

const panel = import("./panel");
const SpanPanel = lazily(() => panel.then((file) => file.SpanPanel), <aside class="side-right" aria-busy="true" />);
const FlameGraph = lazily(
  () => import("./flame").then((file) => file.FlameGraph),
  <section class="spans" aria-busy="true" />,
);
const CodePathView = lazily(
  () => import("./code-path").then((file) => file.CodePathView),
  <section class="spans" aria-busy="true" />,
);
const SpanTable = lazily(
  () => import("./table").then((file) => file.SpanTable),
  <section class="spans" aria-busy="true" />,
);

const CompareView = lazily(
  () => import("./compare").then((file) => file.CompareView),
  <section class="spans" aria-busy="true" />,
);

interface Address {
  traceId: string;
  spanId: string | null;
  look: TraceLook;
}

export function TracePage({ traceId, spanId, look }: Address) {
  // Asked for before the empty page is painted, not after.
  useLayoutEffect(() => state.openTrace(traceId, spanId), [traceId, spanId]);
  useEffect(() => state.closeTrace, []);
  const opened = state.open.value;
  const problem = state.problem.value;
  const cols = useRef<HTMLElement>(null);
  // The same however the trace is looked at: dates and the strip are not to be made anew by each key.
  const summary = useMemo(
    () =>
      opened ? (
        <Summary opened={opened} onCompare={(against) => lookAt({ view: "compare", against, only: [], find: "" })} />
      ) : null,
    [opened],
  );

  // Two keys may be pressed before the first is drawn, so that what was drawn last is not what is true.
  const present = () => (page.value.name === "trace" ? (page.value.look ?? PLAIN_LOOK) : look);
  const select = (to: string | null) => {
    navigate({ name: "trace", traceId, spanId: to, look: present() }, "replace");
    // At once, not with the next drawing: the next key may be pressed before that.
    state.openTrace(traceId, to);
  };
  const lookAt = (to: Partial<TraceLook>) => {
    navigate({ name: "trace", traceId, spanId: selectedSpanId(), look: { ...present(), ...to } }, "replace");
  };
  const leaveComparison = () => lookAt({ view: "waterfall", against: "" });
  const isComparing = look.view === "compare";
  const leave = () => {
    if (present().view === "compare") leaveComparison();
    else if (state.selected.value >= 0) select(null);
    else goBack();
  };
  useKeys({
    Escape: leave,
    y: () => copy(location.origin + spanLink(traceId, selectedSpanId(), look), "Link"),
    ...Object.fromEntries(VIEWS.map(({ name }, index) => [String(index + 1), () => lookAt({ view: name })])),
    z: () => state.zoomTo(state.selected.value),
    0: () => {
      state.zoom.value = null;
    },
    [VIEWS.length + 1]: () => {
      if (present().against !== "") lookAt({ view: "compare" });
    },
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
      bars={
        opened ? (
          <>
            {summary}
            <Lenses opened={opened} look={look} onLook={lookAt} onSelect={select} />
          </>
        ) : (
          <>
            <TraceHeadSkeleton />
            <div class="minimap" aria-hidden="true">
              <div class="map" />
            </div>
            <div class="bar bar-s" aria-hidden="true" />
          </>
        )
      }
      keys={<Keys view={look.view} />}
      facts={opened ? <Facts opened={opened} /> : null}
    >
      <main class={`cols ${!isComparing && (state.selected.value >= 0 || !opened) ? "has-panel" : ""}`} ref={cols}>
        {opened && look.view === "compare" ? (
          <CompareView
            opened={opened}
            against={look.against}
            onOpen={(spanId) => {
              lookAt({ view: "waterfall" });
              select(spanId);
            }}
            onClose={leaveComparison}
          />
        ) : opened && look.view !== "compare" ? (
          <View view={look.view} opened={opened} onSelect={select} />
        ) : (
          <WaterfallSkeleton />
        )}
        {!opened && spanId !== null ? (
          <>
            <i class="splitter" />
            <aside class="side-right" aria-hidden="true" />
          </>
        ) : null}
        {opened && !isComparing && state.selected.value >= 0 ? (
          <>
            <Splitter of={cols} />
            <SpanPanel opened={opened} row={state.selected.value} onClose={() => select(null)} />
          </>
        ) : null}
      </main>
    </Frame>
  );
}

function Summary({ opened, onCompare }: { opened: state.OpenTrace; onCompare: (traceId: string) => void }) {
  return (
    <>
      <TraceHead opened={opened} onCompare={onCompare} />
      <Minimap opened={opened} />
    </>
  );
}

function ProblemPage({ traceId }: { traceId: string }) {
  const problem = state.problem.value!;
  const back = (
    <a class="btn btn-s" href="/explore">
      Back to the explorer
    </a>
  );
  return (
    <Frame title="Trace" keys={null}>
      <main class="fill">
        <h1 class="sr">Trace</h1>
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

interface ViewProps {
  view: Exclude<TraceView, "compare">;
  opened: state.OpenTrace;
  onSelect: (spanId: string | null) => void;
}

function View({ view, opened, onSelect }: ViewProps) {
  switch (view) {
    case "waterfall":
      return (
        <div class="docked">
          <Waterfall opened={opened} onSelect={onSelect} />
          <LineTimes opened={opened} onSelect={onSelect} />
        </div>
      );
    case "flame":
      return <FlameGraph opened={opened} onSelect={onSelect} />;
    case "list":
      return <SpanTable opened={opened} onSelect={onSelect} />;
    case "code":
      return <CodePathView opened={opened} onSelect={onSelect} />;
  }
}

function Keys({ view }: { view: TraceView }) {
  if (view === "compare") {
    return (
      <>
        <span>
          <kbd>j k</kbd>move
        </span>
        <span>
          <kbd>Enter</kbd>to the first of these spans
        </span>
        <span>
          <kbd>y</kbd>copy link
        </span>
        <span>
          <kbd>Esc</kbd>leave the comparison
        </span>
        <span>
          <kbd>?</kbd>all keys
        </span>
      </>
    );
  }
  return (
    <>
      <span>
        <kbd>j k</kbd>move
      </span>
      {view === "waterfall" ? (
        <span>
          <kbd>h l</kbd>fold
        </span>
      ) : null}
      {view === "waterfall" || view === "flame" ? (
        <span>
          <kbd>z</kbd>zoom to span
        </span>
      ) : null}
      <span>
        <kbd>o</kbd>open code
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
  const asked = state.wanted.value;
  const hidden = count - state.shownSpans.value;
  return (
    <span data-testid="facts">
      {counted(count, "span")}
      {asked ? `, ${grouped(asked.count)} asked for` : hidden > 0 ? `, ${grouped(hidden)} folded` : ""}
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
