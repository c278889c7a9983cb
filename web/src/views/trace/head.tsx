/** The head of a trace: what it was, how it ended, how long it took, how large it is, when it was. */

import { counted, durationText, grouped } from "../../model/numbers";
import { traceAsked, traceCommand } from "../../model/outward";
import { ago, clockTime, exactTime, fromMs, isOnSameDay, nearDate } from "../../model/time";
import { readRow } from "../../model/trace";
import { goBack } from "../../state/route";
import { copy } from "../../state/toast";
import type { OpenTrace } from "../../state/trace";
import { TakeMenu } from "../explore/take-menu";
import { Icon, ServiceMark, StatusBadge } from "../glyphs";
import { lazily } from "../lazily";
import { Menu } from "../menu";
import { Skeleton } from "../states";

const CompareMenu = lazily(() => import("./compare-menu").then((file) => file.CompareMenu), null);

interface HeadProps {
  opened: OpenTrace;
  onCompare: (traceId: string) => void;
}

/** Characters of a name that stands whole in whatever room there is; a longer one keeps the width of so many. */
const SHORT = 14;

export function TraceHead({ opened, onCompare }: HeadProps) {
  const { trace, tree, timeline, errors, hues } = opened;
  const root = readRow(trace, tree.order[0] ?? 0);
  const now = fromMs(Date.now());
  const at = trace.startNs + BigInt(Math.round(timeline.from));
  const when = isOnSameDay(at, now) ? clockTime(at) : nearDate(at, now);
  return (
    <div class="bar">
      <Back />
      <h1 class={`title cut ${root.resource.length <= SHORT ? "is-short" : ""}`} title={root.resource}>
        {root.resource}
      </h1>
      <StatusBadge status={root.status} httpStatus={root.httpStatus} />
      <p class="facts">
        <span class="row">
          <ServiceMark hue={hues.of(root.service)} />
          <span class="cut" title={root.service}>
            {root.service}
          </span>
        </span>
        <span title={`${grouped(timeline.to - timeline.from)}\u202fns`}>
          <b>{durationText(timeline.to - timeline.from)}</b>
        </span>
        <span>{counted(trace.count, "span")}</span>
        {errors > 0 ? <span class="is-error">{counted(errors, "error")}</span> : null}
        <span>depth {tree.maxDepth + 1}</span>
        <span class="muted only-wide" title={exactTime(at)}>
          {when}, {ago(at, now)}
        </span>
      </p>
      <span class="grow" />
      <code class="muted only-wide" title={trace.traceId}>
        {trace.traceId.slice(0, 12)}
      </code>
      <button
        class="btn btn-s btn-quiet btn-icon"
        type="button"
        aria-label="Copy the trace id"
        title={`Copy ${trace.traceId}`}
        onClick={() => copy(trace.traceId, "Trace id")}
      >
        <Icon name="copy" />
      </button>
      <Menu
        testId="compare-menu"
        opens="dialog"
        hasArrow={false}
        title="Put another trace beside this one"
        label={
          <>
            <Icon name="compare" />
            Compare
          </>
        }
      >
        {(close) => <CompareMenu opened={opened} onChoose={onCompare} onClose={close} />}
      </Menu>
      <TakeMenu
        asked={traceAsked(trace)}
        most={trace.count}
        command={() => traceCommand(location.origin, trace.traceId)}
        of="trace"
        class="btn-s"
      />
    </div>
  );
}

export function TraceHeadSkeleton() {
  return (
    <div class="bar">
      <Back />
      <span class="head-skel">
        <Skeleton share={0.5} />
      </span>
    </div>
  );
}

/** To the results the reader came from; to the explorer when the page was opened by its address. */
function Back() {
  return (
    <a
      class="btn btn-s btn-quiet btn-icon"
      href="/explore"
      aria-label="Back to the results"
      title="Back"
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        goBack();
      }}
    >
      <Icon name="left" />
    </a>
  );
}
