/** The drawer: a span beside the list, without leaving it. The list's keys go on, and the drawer follows the selected row. */

import { useEffect, useState } from "preact/hooks";
import { asProblem, isAbort, type Problem } from "../../model/problem";
import type { SpanDetail } from "../../model/span";
import { exactTime } from "../../model/time";
import * as explorer from "../../state/explorer";
import { detailOf } from "../../state/sources";
import { Diamond, Duration, PlaceWords, placeTitle, ServiceMark, StatusBadge } from "../glyphs";
import { spanLink } from "../links";
import { CloseButton } from "../menu";
import { Notice, ProblemBlank, ReasonNotice, Skeleton } from "../states";
import { AttributesTab } from "../trace/attributes";
import { LineRed } from "../trace/line-red";
import { SourceLines } from "../trace/source-lines";

interface DrawerProps {
  /** `trace-span`, as the address has it. */
  peek: string;
  onClose: () => void;
}

export function Drawer({ peek, onClose }: DrawerProps) {
  const [traceId, spanId] = peek.split("-") as [string, string];
  const [found, setFound] = useState<SpanDetail | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    detailOf(traceId, spanId, abort.signal).then(
      (detail) => {
        setFound(detail);
        setProblem(null);
      },
      (error) => {
        if (!isAbort(error)) setProblem(asProblem(error));
      },
    );
    return () => abort.abort();
  }, [peek, attempt]);
  const detail = found?.span.spanId === spanId ? found : null;
  return (
    <aside class="side-right scroll drawer" aria-label="Selected span" data-testid="drawer" data-span-id={spanId}>
      <header class="span-head">
        <div class="row">
          {detail ? <ServiceMark hue={explorer.hues.of(detail.span.service)} /> : null}
          <div class="grow span-title">
            <h2 class="title">{detail?.span.resource ?? "…"}</h2>
            {detail ? <StatusBadge status={detail.span.status} httpStatus={detail.span.httpStatus} /> : null}
          </div>
          <CloseButton what="the drawer" onClose={onClose} />
        </div>
      </header>
      {problem ? <ProblemBlank problem={problem} onRetry={() => setAttempt(attempt + 1)} /> : null}
      {detail ? <Facts detail={detail} /> : problem ? null : <Skeleton share={0.7} />}
    </aside>
  );
}

function Facts({ detail }: { detail: SpanDetail }) {
  const { span } = detail;
  const { origin } = span;
  return (
    <>
      <section class="section">
        <p class="facts">
          <span class="row">
            <span class="cut" title={span.service}>
              {span.service}
            </span>
          </span>
          <span>
            <Duration ns={span.durationNs} />
          </span>
          <span class="cut" title={exactTime(span.startNs)}>
            {exactTime(span.startNs)}
          </span>
        </p>
        {detail.statusMessage === "" ? null : <p class="exc is-error">{detail.statusMessage}</p>}
        <p class="row acts">
          <a class="btn btn-s" href={spanLink(span.traceId, span.spanId)} data-testid="drawer-trace">
            Open its trace
          </a>
        </p>
      </section>
      <section class="section" aria-label="Code origin">
        {origin ? (
          <>
            <p class="origin" title={placeTitle(origin)}>
              <Diamond type={origin.type} />
              <PlaceWords place={origin} />
            </p>
            <SourceLines
              traceId={span.traceId}
              spanId={span.spanId}
              startNs={span.startNs}
              frame={0}
              path={origin.path}
              service={span.service}
              type={origin.type}
              key={span.spanId}
            />
            <LineRed place={origin} startNs={span.startNs} />
          </>
        ) : detail.missingOrigin ? (
          <ReasonNotice title="No origin" icon="help" reason={detail.missingOrigin} />
        ) : (
          <Notice icon="help" title="No origin">
            The server knows of no reason.
          </Notice>
        )}
      </section>
      <AttributesTab detail={detail} />
    </>
  );
}
