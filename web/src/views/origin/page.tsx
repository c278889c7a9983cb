/** One function, or one line, over time and versions: is it worse, and since when? */

import { useEffect, useState } from "preact/hooks";
import type { Overview } from "../../model/groups";
import { searchOfNames } from "../../model/names";
import { durationText } from "../../model/numbers";
import type { OriginKey } from "../../model/origin-address";
import { shortFunction, splitPath } from "../../model/paths";
import { lineSearch, percent } from "../../model/places";
import type { TimeRange } from "../../model/time-range";
import { changeOf, isWorse, type VersionRed, verdictOf, versionName } from "../../model/versions";
import * as state from "../../state/origin";
import { goBack, navigate } from "../../state/route";
import { Course, CourseFoot, type Mark } from "../course";
import { TimeMenu } from "../explore/time-menu";
import { Rate } from "../file/rate";
import { Frame } from "../frame";
import { Duration, Icon } from "../glyphs";
import { useKeys } from "../keys";
import { diffLink, exploreLink, originLink } from "../links";
import { Callers, Exits, Part, SlowestTraces } from "../near";
import { Blank, LookFurther, ProblemBlank, Skeleton } from "../states";
import { VersionTable } from "../versions";
import { SourceOf } from "./source";

export function OriginPage({ place, range }: { place: OriginKey; range: TimeRange }) {
  const [isChoosingTime, setIsChoosingTime] = useState(false);
  const open = () => void state.openOrigin(place, range);
  useEffect(open, [place, range]);
  useKeys({ t: () => setIsChoosingTime(true), r: open, Escape: goBack });
  const { directory, name } = splitPath(place.path);
  const title = place.line === null ? shortFunction(place.function, place.path) : `line ${place.line}`;
  return (
    <Frame
      title={`${title}, ${name}`}
      class="origin-page"
      bars={
        <div class="bar">
          <h1 class="row cut" title={place.function || `${place.path}:${place.line}`}>
            <b class="mono">{title}</b>
            <span class="mono cut">
              <span class="muted">{directory}</span>
              {name}
              {place.line === null ? "" : `:${place.line}`}
            </span>
          </h1>
          <span class="grow" />
          <TimeMenu
            range={range}
            isOpen={isChoosingTime}
            onToggle={setIsChoosingTime}
            onChoose={(chosen) => navigate({ name: "origin", place, range: chosen }, "replace")}
          />
        </div>
      }
      keys={
        <>
          <span>
            <kbd>t</kbd>time
          </span>
          <span>
            <kbd>Esc</kbd>back
          </span>
        </>
      }
    >
      <Body place={place} range={range} onRetry={open} />
    </Frame>
  );
}

function Body({ place, range, onRetry }: { place: OriginKey; range: TimeRange; onRetry: () => void }) {
  const detail = state.detail.value;
  const [repository, setRepository] = useState<string | null>(null);
  if (state.problem.value) {
    return (
      <main class="fill">
        <ProblemBlank problem={state.problem.value} onRetry={onRetry} />
      </main>
    );
  }
  if (!detail) {
    return (
      <main class="section">
        <Skeleton share={0.4} />
      </main>
    );
  }
  const { course, versions } = detail;
  const all = exploreLink(searchOfNames(place, state.others.value), range);
  if (!course) {
    return (
      <main class="fill">
        <Blank
          title="No span started here"
          acts={<LookFurther range={range} linkTo={(wider) => originLink(place, wider)} />}
        >
          Nothing did in this stretch of time.
        </Blank>
      </main>
    );
  }
  const link = (near: { path: string; line: number; function: string }, isRemote: boolean) =>
    isRemote || near.function === ""
      ? exploreLink(lineSearch(near.path, near.line), range)
      : originLink({ path: near.path, function: near.function, line: null }, range);
  return (
    <main class="cols">
      <div class="scroll">
        <Verdict versions={versions} />
        <OtherNames range={range} />
        <Numbers course={course} versions={versions} />
        <Charts course={course} versions={versions} />
        <section class="section" aria-label="Versions">
          <div class="section-head">
            <h2>Versions</h2>
            <span class="muted">
              {place.line !== null
                ? "the same line number"
                : state.others.value.length > 0
                  ? "the same function, under all its names"
                  : "the same function, by its name"}
            </span>
          </div>
          <VersionTable
            versions={versions}
            linkTo={({ commit: head }, before) =>
              repository === null || !head || !before?.commit
                ? null
                : diffLink({ repository, base: before.commit, head }, range)
            }
          />
        </section>
      </div>
      <aside class="side-right scroll">
        <SourceOf
          slowest={detail.slowest[0] ?? null}
          onFound={(preview) => {
            setRepository(preview?.repository ?? null);
            if (preview) void state.follow(place, range, preview.repository, preview.path);
          }}
        />
        {place.line === null && detail.lines.length > 1 ? (
          <Part title="Lines" hint="that spans start at">
            {detail.lines.slice(0, 8).map((one) => (
              <li key={one.line}>
                <a class="near-row" href={originLink({ ...place, line: one.line }, range)}>
                  <span class="mono">line {one.line}</span>
                  <span class={one.errors > 0 ? "is-error" : "muted"}>{percent(one.errorRate)}</span>
                  <span class="num">
                    <Duration ns={one.p95Ns} />
                  </span>
                </a>
              </li>
            ))}
          </Part>
        ) : null}
        <Callers callers={detail.callers} linkTo={link} />
        <Exits exits={detail.exits} linkTo={link} />
        <SlowestTraces slowest={detail.slowest} all={all} />
      </aside>
    </main>
  );
}

function Verdict({ versions }: { versions: readonly VersionRed[] }) {
  const { tone, title, words } = verdictOf(versions);
  return (
    <p class={`verdict is-${tone}`} data-testid="verdict">
      <Icon name={tone === "worse" ? "warn" : "info"} />
      <span>
        <b>{title}</b> {words}
      </span>
    </p>
  );
}

/** What else it was and is called; the numbers below are of all names. */
function OtherNames({ range }: { range: TimeRange }) {
  const others = state.others.value;
  if (others.length === 0) return null;
  return (
    <ul class="section other-names" aria-label="Other names" data-testid="other-names">
      {others.map(({ key, until }) => (
        <li class="row" key={`${key.path}:${key.function}`}>
          <span class="muted">{until === null ? "now" : "was"}</span>
          <a class="link mono cut" href={originLink(key, range)} title={`${key.path} ${key.function}`}>
            {shortFunction(key.function, key.path)} <span class="muted">{key.path}</span>
          </a>
          {until === null ? null : (
            <span class="muted" title={until}>
              until <code>{until.slice(0, 7)}</code>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Numbers({ course: { stats }, versions }: { course: Overview; versions: readonly VersionRed[] }) {
  const [now, before] = versions;
  const shown = now && before ? now : stats;
  const was = (text: string) => <span class="muted">was {text}</span>;
  return (
    <section class="section numbers">
      <div class="stats">
        <div>
          <p class="label">Spans</p>
          <p class="value">
            <Rate perSecond={stats.rate} />
          </p>
        </div>
        <div>
          <p class="label">Errors</p>
          <p class={`value ${shown.errors > 0 ? "is-error" : ""}`}>
            {percent(shown.errorRate)}
            {before ? <small>{was(percent(before.errorRate))}</small> : null}
          </p>
        </div>
        <div>
          <p class="label">p50</p>
          <p class="value">
            <Duration ns={shown.p50Ns} />
            {before ? <small>{was(durationText(before.p50Ns))}</small> : null}
          </p>
        </div>
        <div>
          <p class="label">p95</p>
          <p class={`value ${before && isWorse(shown.p95Ns, before.p95Ns) ? "is-slow" : ""}`}>
            <Duration ns={shown.p95Ns} />
            {before ? (
              <small>
                {was(durationText(before.p95Ns))} {changeOf(shown.p95Ns, before.p95Ns)}
              </small>
            ) : null}
          </p>
        </div>
        <div>
          <p class="label">Time in all</p>
          <p class="value">
            <Duration ns={stats.totalNs} />
          </p>
        </div>
      </div>
    </section>
  );
}

function Charts({ course, versions }: { course: Overview; versions: readonly VersionRed[] }) {
  const pieces = course.p95Ns.length;
  // The oldest did not come: it was there when the stretch began, or nothing was sent before.
  const marks: Mark[] = versions
    .slice(0, -1)
    .map((one) => ({
      at: Number((one.since - course.from) / BigInt(course.stepNs)) / Math.max(1, pieces),
      name: versionName(one),
    }))
    .filter(({ at }) => at > 0);
  const shares = course.counts.map((count, at) => (count > 0 ? (course.errors[at] ?? 0) / count : 0));
  const mostShare = Math.max(...shares, 0);
  return (
    <section class="section" aria-label="Over time" data-testid="course">
      <Line name="p95" most={durationText(Math.max(...course.p95Ns))}>
        <Course class="is-big" values={course.p95Ns} marks={marks} label="p95 over time" />
      </Line>
      <Line name="Spans" most={`${Math.max(...course.counts)}`}>
        <Course class="is-tall" values={course.counts} marks={marks} label="Spans over time" />
      </Line>
      {mostShare > 0 ? (
        <Line name="Errors" most={percent(mostShare)}>
          <Course
            class="is-tall is-error"
            values={shares.map((share) => share * 100)}
            marks={marks}
            label="Errors over time"
          />
        </Line>
      ) : null}
      <CourseFoot from={course.from} until={course.from + BigInt(course.stepNs) * BigInt(pieces)} marks={marks} />
    </section>
  );
}

function Line({ name, most, children }: { name: string; most: string; children: preact.ComponentChildren }) {
  return (
    <div class="course-row">
      <p class="label num">
        {most}
        <br />
        {name}
      </p>
      {children}
    </div>
  );
}
