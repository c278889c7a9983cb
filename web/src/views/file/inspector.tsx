/** What is known of one line: its numbers, who calls it, what its requests call, and its slowest traces. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { CodePlace } from "../../model/code-address";
import { shortFunction } from "../../model/paths";
import { type LineRed, lineSearch, percent } from "../../model/places";
import type { TimeRange } from "../../model/time-range";
import { changeOf, versionName } from "../../model/versions";
import * as state from "../../state/code";
import { copy } from "../../state/toast";
import { Course, CourseFoot } from "../course";
import { Diamond, Duration, Icon } from "../glyphs";
import { codeLink, exploreLink, originLink } from "../links";
import { Callers, Exits, Part, SlowestTraces } from "../near";
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
          <p class="row">
            <span class="mono text-2 cut" title={red.function}>
              {shortFunction(red.function, red.path)}
            </span>
            <span class="grow" />
            <a
              class="link"
              data-testid="over-time"
              href={originLink({ path: spansPath, function: red.function, line: null }, range)}
            >
              over time
            </a>
          </p>
        ) : null}
      </section>
      {red ? (
        <>
          <Stats red={red} />
          <Details place={place} range={range} line={line} />
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
    red.selfNs === null ? ["Total", <Duration ns={red.totalNs} />] : ["Self", <Duration ns={red.selfNs} />],
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
  const { course, versions } = detail;
  const isHere = place.as === null || place.as === place.path;
  const link = ({ path, line: at }: { path: string; line: number }, isRemote: boolean) =>
    isHere && !isRemote
      ? codeLink({ ...place, path, line: at, as: null, service: null }, range)
      : exploreLink(lineSearch(path, at), range);
  return (
    <>
      {course ? (
        <section class="section" aria-label="p95 over time">
          <Course class="is-tall" values={course.p95Ns} label="p95 over time" />
          <CourseFoot
            from={course.from}
            until={course.from + BigInt(course.stepNs) * BigInt(course.p95Ns.length)}
            marks={[]}
          />
        </section>
      ) : null}
      <Callers callers={detail.callers} linkTo={link} />
      <Exits exits={detail.exits} linkTo={link} />
      {versions.length > 1 ? (
        <Part title="Versions" hint="of this line">
          {versions.slice(0, 6).map((one, index) => (
            <li key={one.commit + one.version}>
              <a
                class="near-row"
                data-testid="line-version"
                title={`${one.version} ${one.commit}`}
                href={codeLink({ ...place, commit: one.commit || place.commit, ofAll: false }, range)}
              >
                <span class="cut">{versionName(one)}</span>
                <span class="num">
                  <Duration ns={one.p95Ns} />
                </span>
                <span class="num muted">
                  {versions[index + 1] ? (changeOf(one.p95Ns, versions[index + 1]!.p95Ns) ?? "") : ""}
                </span>
              </a>
            </li>
          ))}
        </Part>
      ) : null}
      <SlowestTraces slowest={detail.slowest} all={exploreLink(state.searchOfLine(place, line), range)} />
    </>
  );
}
