/**
 * The search over time, group by group: spans, errors and p95 of each value of a field, one under another on one axis.
 *
 * Small charts of one scale a column need neither a colour nor a legend for each group: its name stands beside them.
 */

import { useEffect } from "preact/hooks";
import { marksOn } from "../../model/deploys";
import type { ExploreLook } from "../../model/explore-look";
import { facetLabel } from "../../model/facets";
import { type CourseGroup, type Courses, columns, percent, readableRate, searchOfGroup } from "../../model/groups";
import { counted, duration, durationText, grouped, type Quantity } from "../../model/numbers";
import { fromMs } from "../../model/time";
import type { TimeRange } from "../../model/time-range";
import { hues } from "../../state/explorer";
import * as state from "../../state/groups";
import { ServiceMark, Unit } from "../glyphs";
import { ProblemBlank } from "../states";
import { type Brush, stretchWords, useBrush } from "./overview";
import { GroupSkeleton } from "./top";

interface SeriesProps {
  query: string;
  look: ExploreLook;
  onOpen: (query: string) => void;
  onRange: (range: TimeRange) => void;
  onRetry: () => void;
}

interface Measure {
  readonly label: string;
  readonly kind: "col" | "col-error";
  readonly of: (group: CourseGroup) => readonly number[];
  /** Of the whole window. */
  readonly whole: (group: CourseGroup) => Quantity;
  /** Of one piece. */
  readonly text: (group: CourseGroup, at: number) => string;
}

const MEASURES: readonly Measure[] = [
  {
    label: "Spans",
    kind: "col",
    of: ({ counts }) => counts,
    whole: ({ rate }) => readableRate(rate),
    text: ({ counts }, at) => counted(counts[at] ?? 0, "span"),
  },
  {
    label: "Errors",
    kind: "col-error",
    of: ({ errorCounts }) => errorCounts,
    whole: ({ errorRate }) => ({ value: percent(errorRate), unit: "%" }),
    text: ({ errorCounts }, at) => `${grouped(errorCounts[at] ?? 0)} failed`,
  },
  {
    label: "Duration p95",
    kind: "col",
    of: ({ p95s }) => p95s,
    whole: ({ p95Ns }) => duration(p95Ns),
    text: ({ counts, p95s }, at) => ((counts[at] ?? 0) === 0 ? "no span" : `p95 ${durationText(p95s[at] ?? 0)}`),
  },
];

export function SeriesTable({ query, look, onOpen, onRange, onRetry }: SeriesProps) {
  useEffect(() => state.followCourses(look.by, look.sort), [look.by, look.sort]);
  const { value: courses, problem, isCounting } = state.courses.value;
  const brush = useBrush(courses, onRange);
  if (problem) {
    return (
      <div class="fill">
        <ProblemBlank problem={problem} onRetry={onRetry} />
      </div>
    );
  }
  const label = facetLabel(look.by);
  return (
    <div class={`scroll series ${isCounting ? "is-old" : ""}`} data-testid="series">
      <div role="table" aria-label={`Spans by ${label}, over time`}>
        <div class="series-row series-head" role="row">
          <span role="columnheader" class="row">
            {label}
            {courses && brush.at !== null ? (
              <span class="muted" data-testid="series-when">
                {stretchWords(courses, brush.at, brush.at)}
              </span>
            ) : null}
          </span>
          {MEASURES.map((measure) => (
            <span role="columnheader" key={measure.label}>
              {measure.label}
            </span>
          ))}
        </div>
        {courses === null ? <GroupSkeleton /> : null}
        {courses?.groups.map((group) => (
          <div class="series-row" role="row" key={group.value} data-testid="series-row">
            <span role="rowheader" class="row">
              {look.by === "service" && group.value !== "" ? <ServiceMark hue={hues.of(group.value)} /> : null}
              <button
                class={`cut ${group.value === "" ? "muted" : ""}`}
                type="button"
                title={`${group.value || "none"}\nTo its spans`}
                onClick={() => onOpen(searchOfGroup(query, look.by, group.value))}
              >
                {group.value || "none"}
              </button>
            </span>
            {MEASURES.map((measure) => (
              <Cell key={measure.label} {...{ measure, group, courses, brush }} />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

interface CellProps {
  measure: Measure;
  group: CourseGroup;
  courses: Courses;
  brush: Brush;
}

function Cell({ measure, group, courses, brush }: CellProps) {
  const values = measure.of(group);
  const pieces = Math.max(1, values.length);
  // One scale for all groups: what is high is much, whichever row it stands in.
  const most = courses.groups.reduce((top, one) => Math.max(top, ...measure.of(one)), 1);
  const { value, unit } = measure.whole(group);
  const { first, last, at } = brush;
  const deploys = state.arrived.value.value?.deploys ?? [];
  const ofGroup = deploys.filter(
    ({ service }) => courses.groups.every((one) => one.value !== service) || service === group.value,
  );
  return (
    <span role="cell" class="series-cell" title={measure.kind === "col-error" ? `${grouped(group.errors)} failed` : ""}>
      <span class={`num ${measure.kind === "col-error" && group.errors > 0 ? "is-error" : ""}`}>
        {value}
        {unit === "" ? null : <Unit>{unit}</Unit>}
      </span>
      <span class="kpi-chart">
        <svg
          class="spark"
          viewBox={`0 0 ${pieces} 1`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${measure.label} of ${group.value || "none"} over time`}
          data-testid="series-chart"
          {...brush.on(pieces)}
        >
          <rect class="ground" width={pieces} height="1" />
          {first === null || last === null ? null : <rect class="sel" x={first} width={last - first + 1} height="1" />}
          {at === null ? null : <rect class="sel" x={at} width="1" height="1" />}
          <path class={measure.kind} d={columns(values, most)} />
          {marksOn(ofGroup, courses, pieces, fromMs(Date.now())).map((mark) => (
            <path class="mark" key={mark.at} data-testid="deploy-mark" d={`M${mark.at * pieces} 0V1`} />
          ))}
        </svg>
        {at === null ? null : <span class="series-at">{measure.text(group, at)}</span>}
      </span>
    </span>
  );
}
