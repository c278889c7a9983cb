/** The row that stands for calls which one line made again and again. */

import { useMemo } from "preact/hooks";
import { piecesOf } from "../../model/critical";
import { durationText, grouped } from "../../model/numbers";
import { barsOf, type Repeat } from "../../model/repeats";
import { hueVariable } from "../../model/services";
import { type Axis, shareOf } from "../../model/timeline";
import { readRow } from "../../model/trace";
import { axis, isCriticalShown, type OpenTrace } from "../../state/trace";
import { Icon } from "../glyphs";
import { OriginCell, type RowProps, Shell, Twig, valuePlace, valueSide } from "./row";

export function GroupRow({
  opened,
  row,
  group,
  place,
  isSelected,
  isFolded,
  onSelect,
  indent,
  rowPx,
  trackPx,
}: RowProps & { group: Repeat }) {
  const first = useMemo(() => readRow(opened.trace, group.rows[0]!), [opened, group]);
  const hue = hueVariable(opened.hues.of(first.service));
  const words = useMemo(
    () => (
      <>
        <Twig row={row} below={opened.repeats.tree.below[row]!} isFolded={isFolded} />
        <i class="svc" style={{ background: hue }} />
        <span class="name">{first.resource}</span>
        <span class="badge badge-n">× {grouped(group.rows.length)}</span>
        {group.isNPlusOne ? <span class="badge badge-stale">N+1</span> : null}
        {group.errors > 0 ? (
          <span class="badge badge-error">
            <Icon name="error" />
            {grouped(group.errors)}
          </span>
        ) : null}
      </>
    ),
    [opened, group, isFolded],
  );
  const origin = useMemo(() => <OriginCell row={first} directories={opened.directories} />, [opened, group]);
  return (
    <Shell
      testId="group-row"
      depth={opened.repeats.tree.depth[row]!}
      title={told(first.resource, group)}
      words={words}
      {...{ row, place, isSelected, indent, rowPx, isFolded }}
      onClick={() => onSelect(first.spanId)}
    >
      {origin}
      <GroupTrack opened={opened} group={group} hue={hue} trackPx={trackPx} />
    </Shell>
  );
}

function told(name: string, { rows, totalNs, p95Ns, isNPlusOne }: Repeat): string {
  const lines = [
    `${name}, ${grouped(rows.length)} times from one place`,
    `${durationText(totalNs)} in all, 95 % within ${durationText(p95Ns)}`,
  ];
  if (isNPlusOne) lines.push("One after another: could they be one call?");
  return lines.join("\n");
}

interface GroupTrackProps {
  opened: OpenTrace;
  group: Repeat;
  hue: string;
  trackPx: number;
}

function GroupTrack({ opened, group, hue, trackPx }: GroupTrackProps) {
  const shown = axis.value;
  const whole = shareOf(shown, group.from, group.to);
  const words = `${durationText(group.totalNs)}, p95 ${durationText(group.p95Ns)}`;
  if (!whole) return <span role="gridcell" class="wf-track" aria-label={words} />;
  const { x, w } = whole;
  const { bars, pieces } = drawn(opened, group, shown);
  // The bars are many and thin, so that words within would not be read.
  const side = valueSide(x, w, trackPx);
  return (
    <span role="gridcell" class="wf-track" aria-label={words}>
      <Boxes class="wf-bars" boxes={bars} colour={hue} trackPx={trackPx} />
      {isCriticalShown.value ? <Boxes class="crits" boxes={pieces} trackPx={trackPx} /> : null}
      <span class={`wf-val ${side === "inside" ? "on-bars" : ""}`} style={valuePlace(side, x, w)}>
        {words}
      </span>
    </span>
  );
}

interface BoxesProps {
  class: string;
  boxes: Drawn["bars"];
  colour?: string;
  trackPx: number;
}

/** Narrower than this nobody sees it; what a row of its own has as `min-width`. */
const LEAST_PX = 2;

/** As one shape: as an element each, the bars of twelve groups took more style and layout than all rows together. */
function Boxes({ class: name, boxes, colour, trackPx }: BoxesProps) {
  const least = (LEAST_PX / Math.max(1, trackPx)) * 100;
  const shape = boxes.map(({ x, w }) => `M${x.toFixed(2)} 0h${Math.max(w, least).toFixed(2)}v1H${x.toFixed(2)}z`);
  return (
    <svg class={name} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" style={{ color: colour }}>
      <path d={shape.join("")} />
    </svg>
  );
}

interface Drawn {
  readonly axis: Axis;
  readonly bars: ReadonlyArray<{ x: number; w: number }>;
  readonly pieces: ReadonlyArray<{ x: number; w: number }>;
}

/** Looked at once: a group may hold a hundred thousand calls, and is drawn at each step of a scroll. */
const drawings = new WeakMap<Repeat, Drawn>();

function drawn(opened: OpenTrace, group: Repeat, shown: Axis): Drawn {
  const known = drawings.get(group);
  if (known?.axis === shown) return known;
  const { timeline } = opened;
  const path = opened.critical();
  const pieces = group.rows.flatMap((row) => piecesOf(path, row, shown));
  const fresh = { axis: shown, bars: barsOf(group, timeline, shown), pieces: withoutGaps(pieces) };
  drawings.set(group, fresh);
  return fresh;
}

/** Per cent of the axis that nobody could see. */
const GAP = 0.4;

function withoutGaps(pieces: ReadonlyArray<{ x: number; w: number }>): Array<{ x: number; w: number }> {
  const joined: Array<{ x: number; w: number }> = [];
  for (const piece of [...pieces].sort((a, b) => a.x - b.x)) {
    const last = joined[joined.length - 1];
    if (last && piece.x - (last.x + last.w) < GAP) last.w = Math.max(last.w, piece.x + piece.w - last.x);
    else joined.push({ ...piece });
  }
  return joined;
}
