/** What production does with the line in the panel: how often it runs, how often it fails, how long it takes. */

import { useEffect } from "preact/hooks";
import { counted, durationText } from "../../model/numbers";
import { lineSearch, percent, rateQuantity } from "../../model/places";
import type { Frame } from "../../model/span";
import { type EpochNs, fromMs } from "../../model/time";
import { rangeReaching } from "../../model/time-range";
import { askForLine, lineNumbers } from "../../state/line-red";
import { Duration, Unit } from "../glyphs";
import { exploreLink, originLink } from "../links";

export function LineRed({ place, startNs }: { place: Pick<Frame, "path" | "line" | "function">; startNs: EpochNs }) {
  const { path, line } = place;
  useEffect(() => askForLine(path, line, startNs), [path, line, startNs]);
  const now = fromMs(Date.now());
  const numbers = lineNumbers.value;
  const isKnown = numbers?.key.startsWith(`${path}:${line} `) ?? false;
  const red = isKnown ? numbers!.red : null;
  const rate = red && rateQuantity(red.rate);
  return (
    <p class="red" data-testid="line-red" aria-busy={!isKnown}>
      <span>{numbers?.isPast === false ? "This line, the hour around" : "This line, past hour"}</span>
      {red && rate ? (
        <>
          <span title={counted(red.count, "span")}>
            <b>{rate.value}</b>
            <span class="unit">{rate.unit}</span>
          </span>
          <span class={red.errors > 0 ? "is-error" : ""}>
            <b>{percent(red.errorRate)}</b> errors
          </span>
          <span title={`p50 ${durationText(red.p50Ns)}, p95 ${durationText(red.p95Ns)}`}>
            <b>
              <Duration ns={red.p95Ns} />
            </b>
            <Unit>p95</Unit>
          </span>
        </>
      ) : isKnown ? (
        <span>not counted yet</span>
      ) : null}
      <span class="red-links">
        {place.function === "" ? null : (
          <a
            class="link"
            data-testid="origin-link"
            title="This function over time, and over versions"
            href={originLink({ path, line: null, function: place.function }, rangeReaching(startNs, now, "24h"))}
          >
            over time
          </a>
        )}
        {numbers ? (
          <a
            class="link"
            data-testid="spans-of-line"
            href={exploreLink(lineSearch(path, line), { from: numbers.from, to: numbers.to })}
          >
            its spans
          </a>
        ) : null}
      </span>
    </p>
  );
}
