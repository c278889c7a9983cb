/** Under the waterfall: which lines of the reader's code the trace waited for. */

import { useEffect, useState } from "preact/hooks";
import { percent } from "../../model/groups";
import { durationText } from "../../model/numbers";
import { readRow } from "../../model/trace";
import { sourceOf } from "../../state/sources";
import { isCriticalShown, type OpenTrace } from "../../state/trace";
import { Diamond, Duration, PlaceWords, placeTitle, Unit } from "../glyphs";

const SHOWN = 4;

export function LineTimes({ opened, onSelect }: { opened: OpenTrace; onSelect: (spanId: string) => void }) {
  const lines = opened.lineTimes();
  if (!isCriticalShown.value || !lines.some(({ row }) => row >= 0)) return null;
  const longest = lines[0]!.ns;
  return (
    <section class="dock" aria-label="Time by line of your code" data-testid="line-times">
      <header class="row">
        <Diamond type="entry" />
        <h2>Time by line of your code</h2>
        <span class="muted">on the critical path, {durationText(opened.critical().totalNs)}</span>
      </header>
      {lines.slice(0, SHOWN).map(({ row, ns, share }) => {
        const span = row >= 0 ? readRow(opened.trace, row) : null;
        const place = span?.origin;
        return (
          <div
            class="dock-row"
            key={row}
            title={place ? placeTitle(place) : "Spans that no line of your code is known for"}
          >
            {place ? (
              <button class="origin" type="button" onClick={() => onSelect(span.spanId)}>
                <Diamond type={place.type} />
                <PlaceWords place={place} directory={opened.directories.get(place.path) ?? ""} />
              </button>
            ) : (
              <span class="no-origin">no line known</span>
            )}
            <SourceText opened={opened} row={row} />
            <span class="meter" style={{ "--v": Math.min(1, ns / Math.max(1, longest)) }}>
              <i />
            </span>
            <span class="num">
              <Duration ns={ns} />
            </span>
            <span class="num muted">
              {percent(share)}
              <Unit>%</Unit>
            </span>
          </div>
        );
      })}
    </section>
  );
}

/** The line itself, as it stands in the file. Nothing where the file is not at hand: the panel says why. */
function SourceText({ opened, row }: { opened: OpenTrace; row: number }) {
  const [text, setText] = useState("");
  const { traceId } = opened.trace;
  const spanId = row >= 0 && readRow(opened.trace, row).origin ? opened.trace.spanId[row]! : null;
  useEffect(() => {
    setText("");
    if (spanId === null) return;
    const abort = new AbortController();
    sourceOf({ traceId, spanId, frame: 0, context: 0 }, abort.signal).then(
      ({ preview }) =>
        setText(
          preview?.lines[0]
            ?.map(([, part]) => part)
            .join("")
            .trim() ?? "",
        ),
      () => {},
    );
    return () => abort.abort();
  }, [traceId, spanId]);
  return (
    <span class="dock-src cut" title={text}>
      {text}
    </span>
  );
}
