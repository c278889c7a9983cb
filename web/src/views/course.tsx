/** How a number went over a stretch of time: a line on a wash, with a dashed mark where a version came. */

import { clockTime, dayAndClockTime, type EpochNs, toMs } from "../model/time";

export interface Mark {
  /** From 0 to 1. */
  readonly at: number;
  readonly name: string;
}

interface CourseProps {
  /** 0 where there was nothing. */
  values: readonly number[];
  /** Drawn fainter, on the same scale. */
  others?: readonly number[];
  marks?: readonly Mark[];
  label: string;
  class?: string;
}

export function Course({ values, others = [], marks = [], label, class: extra = "" }: CourseProps) {
  const most = Math.max(1, ...values, ...others);
  return (
    <svg
      class={`course ${extra}`}
      viewBox={`0 0 ${Math.max(1, values.length)} 1`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path class="course-wash" d={`${steps(values, most, true)}`} />
      <path class="course-line" d={steps(values, most)} />
      {others.length > 0 ? <path class="course-line is-faint" d={steps(others, most)} /> : null}
      {marks.map(({ at, name }) => (
        <path class="course-mark" key={name} d={`M${at * values.length} 0V1`} />
      ))}
    </svg>
  );
}

/** The words under a course: where it begins, where versions came, where it ends. */
export function CourseFoot({ from, until, marks }: { from: EpochNs; until: EpochNs; marks: readonly Mark[] }) {
  const write = toMs(until) - toMs(from) > 86_400_000 ? dayAndClockTime : clockTime;
  const short = (at: EpochNs) => write(at).replace(/\.\d+$/, "");
  return (
    <p class="course-foot" aria-hidden="true">
      <span>{short(from)}</span>
      {marks
        .filter(({ at }) => at > 0.12 && at < 0.88)
        .map(({ at, name }) => (
          <span class="course-name" key={name} style={{ "--x": at }}>
            {name}
          </span>
        ))}
      <span>{short(until)}</span>
    </p>
  );
}

/** A level for each piece; a piece without anything is a gap in the line. */
function steps(values: readonly number[], most: number, isClosed = false): string {
  let path = "";
  values.forEach((value, at) => {
    if (value <= 0) return;
    const y = (1 - (value / most) * 0.96).toFixed(3);
    const isOn = at > 0 && values[at - 1]! > 0;
    if (isClosed) path += `M${at} 1V${y}h1V1z`;
    else path += `${isOn ? `L${at}` : `M${at}`} ${y}h1`;
  });
  return path;
}
