/** What ran of a place, version by version, each against the one before it. */

import { durationText, grouped } from "../model/numbers";
import { percent } from "../model/places";
import { dayAndClockTime, exactTime } from "../model/time";
import { changeOf, isWorse, type VersionRed, versionName } from "../model/versions";
import { Course } from "./course";
import { Rate } from "./file/rate";
import { Duration } from "./glyphs";

interface VersionsProps {
  versions: readonly VersionRed[];
  /** Where a click on a version leads; null for nowhere. */
  linkTo?: (version: VersionRed, before: VersionRed | null) => string | null;
}

export function VersionTable({ versions, linkTo }: VersionsProps) {
  return (
    <div class="versions" role="table" aria-label="Versions" data-testid="versions">
      <div class="version label" role="row">
        {["Version", "Since", "Spans", "Errors", "p50", "p95", "p95 change", "p95 over time"].map((head, index) => (
          <span role="columnheader" class={index > 1 && index < 7 ? "num" : ""} key={head}>
            {head}
          </span>
        ))}
      </div>
      {versions.map((one, index) => {
        const before = versions[index + 1] ?? null;
        const link = linkTo?.(one, before) ?? null;
        return (
          <div class="version" role="row" key={`${one.version} ${one.commit}`} data-testid="version">
            <span role="cell" class="cut" title={`${one.version} ${one.commit}`}>
              <b>{versionName(one)}</b>{" "}
              {one.version !== "" && one.commit !== "" ? <code class="muted">{one.commit.slice(0, 7)}</code> : null}
            </span>
            <span role="cell" class="muted cut" title={exactTime(one.since)}>
              {dayAndClockTime(one.since).replace(/\.\d+$/, "")}
            </span>
            <span role="cell" class="num" title={grouped(one.count)}>
              <Rate perSecond={one.rate} />
            </span>
            <span role="cell" class={`num ${one.errors > 0 ? "is-error" : "muted"}`}>
              {percent(one.errorRate)}
            </span>
            <span role="cell" class="num">
              <Duration ns={one.p50Ns} />
            </span>
            <span role="cell" class="num">
              <Duration ns={one.p95Ns} />
            </span>
            <span role="cell" class={`num ${before && isWorse(one.p95Ns, before.p95Ns) ? "is-slow" : "muted"}`}>
              {before === null ? (
                "–"
              ) : link === null ? (
                changeOf(one.p95Ns, before.p95Ns)
              ) : (
                <a
                  class="link"
                  href={link}
                  title={`What changed since ${versionName(before)}`}
                  data-testid="what-changed"
                >
                  {changeOf(one.p95Ns, before.p95Ns) ?? "changes"}
                </a>
              )}
            </span>
            <span role="cell">
              <Course values={one.p95s} label={`p95 of ${versionName(one)}: ${durationText(one.p95Ns)}`} />
            </span>
          </div>
        );
      })}
    </div>
  );
}
