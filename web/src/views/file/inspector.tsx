/** What is known of one line: its numbers, who calls it, what its requests call, and its slowest traces. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { CodePlace } from "../../model/code-address";
import { grouped } from "../../model/numbers";
import { shortFunction } from "../../model/paths";
import { type LineRed, lineSearch, percent } from "../../model/places";
import type { TimeRange } from "../../model/time-range";
import * as state from "../../state/code";
import { copy } from "../../state/toast";
import { Diamond, Duration, Icon, PlaceWords, placeTitle } from "../glyphs";
import { codeLink, exploreLink, spanLink } from "../links";
import { Notice } from "../states";
import { Rate } from "./rate";

interface InspectorProps {
  place: CodePlace;
  range: TimeRange;
  line: number;
  onHop: (by: 1 | -1) => void;
  onClose: () => void;
}

export function LineInspector({ place, range, line, onHop, onClose }: InspectorProps) {
  const red = state.lines.value?.get(line) ?? null;
  const hasSpans = red !== null;
  useEffect(() => {
    if (hasSpans) void state.lookAt(place, range, line);
  }, [place, range, line, hasSpans]);
  const spansPath = place.as ?? place.path ?? "";
  return (
    <aside class="side-right scroll" aria-label={`Line ${line}`} data-testid="line-inspector">
      <section class="section">
        <div class="row">
          {red?.types.map((type) => (
            <Diamond key={type} type={type} />
          ))}
          <h2 class="title">Line {line}</h2>
          {red?.types.map((type) => (
            <span key={type} class={`badge badge-${type}`}>
              {type}
            </span>
          ))}
          <span class="grow" />
          <Act icon="copy" label={`Copy ${place.path}:${line}`} onAct={() => copy(`${place.path}:${line}`, "Path")} />
          <Act icon="up" label="Previous hot line ([)" onAct={() => onHop(-1)} />
          <Act icon="down" label="Next hot line (])" onAct={() => onHop(1)} />
          <Act icon="x" label="Close (Esc)" onAct={onClose} />
        </div>
        {red && red.function !== "" ? (
          <p class="mono text-2 cut" title={red.function}>
            {shortFunction(red.function, red.path)}
          </p>
        ) : null}
      </section>
      {red ? (
        <>
          <Stats red={red} />
          <Details place={place} range={range} line={line} />
          <section class="section">
            <a class="link" href={exploreLink(lineSearch(spansPath, line, place.ofAll ? null : place.commit), range)}>
              All {grouped(red.count)} spans in the explorer
            </a>
          </section>
        </>
      ) : (
        <section class="section">
          <Notice icon="info" title="No span starts here">
            {state.lines.value ? "None did in this stretch of time." : "Spans are being counted."}
          </Notice>
        </section>
      )}
    </aside>
  );
}

function Act({ icon, label, onAct }: { icon: "copy" | "up" | "down" | "x"; label: string; onAct: () => void }) {
  return (
    <button class="btn btn-s btn-quiet btn-icon" type="button" aria-label={label} title={label} onClick={onAct}>
      <Icon name={icon} />
    </button>
  );
}

function Stats({ red }: { red: LineRed }) {
  const facts: ReadonlyArray<readonly [string, ComponentChildren]> = [
    ["Spans", <Rate perSecond={red.rate} />],
    ["Errors", <span class={red.errors > 0 ? "is-error" : ""}>{percent(red.errorRate)}</span>],
    ["p50", <Duration ns={red.p50Ns} />],
    ["p95", <Duration ns={red.p95Ns} />],
    ["Total", <Duration ns={red.totalNs} />],
  ];
  return (
    <section class="section numbers">
      <div class="stats">
        {facts.map(([label, value]) => (
          <div key={label}>
            <p class="label">{label}</p>
            <p class="value">{value}</p>
          </div>
        ))}
      </div>
    </section>
  );
}

const RELATIONS = { frame: "calls it", request: "in its requests", remote: "sends the request" } as const;

function Details({ place, range, line }: { place: CodePlace; range: TimeRange; line: number }) {
  const detail = state.detail.value;
  if (state.detailProblem.value) {
    return (
      <section class="section">
        <Notice icon="error" tone="error" title="Callers could not be read">
          {state.detailProblem.value.message}
        </Notice>
      </section>
    );
  }
  if (detail?.line !== line) return null;
  const isHere = place.as === null || place.as === place.path;
  const link = (path: string, at: number) =>
    isHere ? codeLink({ ...place, path, line: at, as: null }, range) : exploreLink(lineSearch(path, at, null), range);
  return (
    <>
      {detail.callers.length > 0 ? (
        <Part title="Callers" hint="of the newest 200 spans">
          {detail.callers.map((caller, index) => (
            <li key={index}>
              <a
                class="near-row"
                data-testid="caller"
                title={`${caller.service}: ${placeTitle(caller)}`}
                href={
                  caller.relation === "remote"
                    ? exploreLink(lineSearch(caller.path, caller.line, null), range)
                    : link(caller.path, caller.line)
                }
              >
                <span class="origin">
                  <PlaceWords place={caller} />
                </span>
                <span class="muted">{RELATIONS[caller.relation]}</span>
                <span class="num">{percent(caller.share)}</span>
              </a>
            </li>
          ))}
        </Part>
      ) : null}
      {detail.exits.length > 0 ? (
        <Part title="Its requests call" hint="to each request">
          {detail.exits.map((exit, index) => (
            <li key={index}>
              <a
                class="near-row"
                data-testid="exit"
                title={`${exit.service}: ${placeTitle(exit)}`}
                href={link(exit.path, exit.line)}
              >
                <span class="origin">
                  <PlaceWords place={exit} />
                </span>
                <span class="num">
                  <Duration ns={exit.p95Ns} />
                </span>
                <span class="num">{exit.perRequest.toFixed(1)}×</span>
              </a>
            </li>
          ))}
        </Part>
      ) : null}
      <Part title="Slowest traces" hint="">
        {detail.slowest.map((span) => (
          <li key={span.spanId}>
            <a class="near-row" data-testid="slow-trace" href={spanLink(span.traceId, span.spanId)}>
              <span class="cut">{span.resource}</span>
              <span class="muted">{span.service}</span>
              <span class={`num ${span.status === "error" ? "is-error" : ""}`}>
                <Duration ns={span.durationNs} />
              </span>
            </a>
          </li>
        ))}
      </Part>
    </>
  );
}

function Part({ title, hint, children }: { title: string; hint: string; children: ComponentChildren }) {
  return (
    <section class="section" aria-label={title}>
      <div class="section-head">
        <h3>{title}</h3>
        <span class="muted">{hint}</span>
      </div>
      <ol class="near">{children}</ol>
    </section>
  );
}
