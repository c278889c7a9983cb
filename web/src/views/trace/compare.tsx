/** This trace beside another: what was done from which line, how often and how long in each. Most different first. */

import { useMemo, useRef, useState } from "preact/hooks";
import { counted, durationText, grouped } from "../../model/numbers";
import { tellingDirectories } from "../../model/paths";
import { readRow } from "../../model/trace";
import type { Compared, Share } from "../../model/trace-compare";
import { changeOf } from "../../model/versions";
import * as compare from "../../state/compare";
import type { OpenTrace } from "../../state/trace";
import { Diamond, Duration, PlaceWords, placeTitle, ServiceMark } from "../glyphs";
import { movementKeys, SCROLLS, useKeys } from "../keys";
import { spanLink } from "../links";
import { CloseButton } from "../menu";
import { Blank, ProblemBlank, Skeleton } from "../states";
import { useTableRows } from "../viewport";

interface CompareProps {
  opened: OpenTrace;
  against: string;
  /** To the first such span, in the waterfall. */
  onOpen: (spanId: string) => void;
  onClose: () => void;
}

export function CompareView({ opened, against, onOpen, onClose }: CompareProps) {
  const other = compare.other.value;
  const problem = compare.problem.value;
  const rows = compare.rows.value;
  return (
    <section class="compared" aria-label="This trace beside another" data-testid="compare">
      <p class="compare-head">
        <b>This trace</b>
        <Sum opened={opened} />
        <span class="muted">beside</span>
        <a class="link mono" href={spanLink(against, null)} title={`Open ${against}`} data-testid="compare-other">
          {against.slice(0, 12)}
        </a>
        {other ? (
          <>
            <Sum opened={other} />
            <Verdict here={opened} there={other} />
          </>
        ) : null}
        <span class="grow" />
        <CloseButton what="the comparison" onClose={onClose} />
      </p>
      {problem ? (
        <div class="fill">
          {problem.kind === "missing" ? (
            <Blank title="No such trace" testId="not-found">
              {problem.message}
            </Blank>
          ) : (
            <ProblemBlank problem={problem} onRetry={compare.retry} />
          )}
        </div>
      ) : rows ? (
        <Table opened={opened} rows={rows} onOpen={onOpen} />
      ) : (
        <div class="panel-skel" aria-busy="true">
          {[0.6, 0.8, 0.5, 0.7].map((share) => (
            <Skeleton share={share} key={share} />
          ))}
        </div>
      )}
    </section>
  );
}

function Sum({ opened: { trace, timeline, errors } }: { opened: OpenTrace }) {
  return (
    <span class="facts">
      <span>{durationText(timeline.to - timeline.from)}</span>
      <span>{counted(trace.count, "span")}</span>
      {errors > 0 ? <span class="is-error">{counted(errors, "error")}</span> : null}
    </span>
  );
}

/** In one sentence, with the number in bold. */
function Verdict({ here, there }: { here: OpenTrace; there: OpenTrace }) {
  const [now, then] = [here, there].map(({ timeline }) => timeline.to - timeline.from) as [number, number];
  const isOfOneName = nameOf(here) === nameOf(there);
  return (
    <span class="muted" data-testid="compare-verdict">
      {isOfOneName ? null : `of ${nameOf(there)}; `}
      <b class={now > then ? "is-slow" : ""}>{changeOf(now, then) ?? "\u2013"}</b> in all
    </span>
  );
}

function nameOf({ trace, tree }: OpenTrace): string {
  return trace.count === 0 ? "" : readRow(trace, tree.order[0]!).resource;
}

function Table({
  opened,
  rows,
  onOpen,
}: {
  opened: OpenTrace;
  rows: readonly Compared[];
  onOpen: (id: string) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [selected, setSelected] = useState(-1);
  const { first, end, pool, rowHeight, pageful } = useTableRows(scroller, rows.length, selected);
  const { directories, most } = useMemo(
    () => ({
      directories: tellingDirectories(rows.flatMap(({ place }) => (place ? [place.path] : []))),
      most: rows.reduce((top, { here, there }) => Math.max(top, Math.abs(here.selfNs - there.selfNs)), 0),
    }),
    [rows],
  );
  // Two keys may be pressed before the first is drawn.
  const present = useRef(selected);
  present.current = selected;
  const select = (place: number) => {
    present.current = Math.max(0, Math.min(rows.length - 1, place));
    setSelected(present.current);
  };
  useKeys({
    ...movementKeys(
      (by) => select(present.current < 0 ? 0 : present.current + by),
      pageful,
      () => select(0),
      () => select(rows.length - 1),
    ),
    Enter: () => {
      const spanId = rows[present.current]?.spanId;
      if (spanId) onOpen(spanId);
    },
  });
  return (
    <div
      class="scroll spans"
      role="grid"
      aria-label="Spans by name and line"
      aria-rowcount={rows.length + 1}
      {...SCROLLS}
      ref={scroller}
    >
      <div class="table spans-table compare-table">
        <div class="tr th" role="row">
          {["Span", "Code origin", "Count", "Total", "Total there", "Self", "Self there", "Difference of self"].map(
            (head, at) => (
              <span
                role="columnheader"
                class={`${at > 1 ? "num" : "row"} ${at === 3 || at === 4 ? "only-wide" : ""}`}
                key={head}
              >
                {head === "Code origin" ? <Diamond type="entry" /> : null}
                {head}
              </span>
            ),
          )}
        </div>
        <div class="rows" role="rowgroup" style={{ "--rows": rows.length }}>
          {rows.slice(first, end).map((row, index) => (
            <Row
              key={(first + index) % pool}
              row={row}
              at={first + index}
              isSelected={first + index === selected}
              onSelect={select}
              top={(first + index) * rowHeight}
              most={most}
              hue={opened.hues.of(row.service)}
              directory={row.place ? (directories.get(row.place.path) ?? "") : ""}
              onOpen={onOpen}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  row: Compared;
  at: number;
  isSelected: boolean;
  onSelect: (at: number) => void;
  top: number;
  most: number;
  hue: number;
  directory: string;
  onOpen: (spanId: string) => void;
}

function Row({ row, at, isSelected, onSelect, top, most, hue, directory, onOpen }: RowProps) {
  const { service, what, place, here, there, spanId } = row;
  const difference = here.selfNs - there.selfNs;
  return (
    <div
      class={`tr ${isSelected ? "is-selected" : ""}`}
      role="row"
      aria-rowindex={at + 2}
      aria-selected={isSelected}
      data-testid="compare-row"
      style={{ top: `${top}px` }}
      onClick={() => onSelect(at)}
    >
      <span role="gridcell" class="row" title={`${what}\n${service}`}>
        <ServiceMark hue={hue} />
        {spanId === null ? (
          <span class="cut muted">{what}</span>
        ) : (
          <button type="button" class="cut" title={`${what}\nTo the first of these`} onClick={() => onOpen(spanId)}>
            {what}
          </button>
        )}
        {here.errors + there.errors > 0 ? (
          <span class="is-error" title="Failed here, and there">{`${here.errors} : ${there.errors}`}</span>
        ) : null}
      </span>
      <span role="gridcell" class="wf-origin" title={place ? placeTitle(place) : "No origin"}>
        {place ? (
          <span class="origin">
            <Diamond type={place.type} />
            <PlaceWords place={place} directory={directory} fn={false} />
          </span>
        ) : (
          <span class="muted">{"\u2013"}</span>
        )}
      </span>
      <span role="gridcell" class="num" title={`${grouped(here.count)} here, ${grouped(there.count)} there`}>
        {here.count === there.count ? grouped(here.count) : `${grouped(here.count)} : ${grouped(there.count)}`}
      </span>
      <Time share={here} of="totalNs" class="only-wide" />
      <Time share={there} of="totalNs" class="only-wide" />
      <Time share={here} of="selfNs" />
      <Time share={there} of="selfNs" />
      <span role="gridcell" class={`apart-cell ${difference > 0 ? "is-more" : "is-less"}`}>
        <span class="meter">
          <i style={{ "--v": most === 0 ? 0 : Math.abs(difference) / most }} />
        </span>
        <span class="num" data-testid="compare-difference">
          {difference === 0 ? "0" : `${difference > 0 ? "+" : "\u2212"}${durationText(Math.abs(difference))}`}
        </span>
      </span>
    </div>
  );
}

function Time({ share, of, class: extra = "" }: { share: Share; of: "totalNs" | "selfNs"; class?: string }) {
  return (
    <span role="gridcell" class={`num ${extra}`}>
      {share.count === 0 ? <span class="muted">{"\u2013"}</span> : <Duration ns={share[of]} />}
    </span>
  );
}
