/** The bar that says how the trace is looked at. */

import type { Lens, TraceLook, TraceView } from "../../model/address";
import { durationText, grouped } from "../../model/numbers";
import * as state from "../../state/trace";
import { Diamond } from "../glyphs";
import { useKeys } from "../keys";
import { ChangedPill } from "./changed-pill";
import { FindBox } from "./find";

export const VIEWS: ReadonlyArray<{ readonly name: TraceView; readonly label: string }> = [
  { name: "waterfall", label: "Waterfall" },
  { name: "flame", label: "Flame graph" },
  { name: "list", label: "Span list" },
  { name: "code", label: "Code path" },
];
const COMPARED = { name: "compare", label: "Compared" } as const;

interface LensesProps {
  opened: state.OpenTrace;
  look: TraceLook;
  onLook: (to: Partial<TraceLook>) => void;
  onSelect: (spanId: string) => void;
}

const PILLS: ReadonlyArray<{
  readonly lens: Exclude<Lens, "changed">;
  readonly label: string;
  readonly hint: string;
  readonly key: string;
}> = [
  { lens: "errors", label: "Errors", hint: "Only spans that failed, and what leads to them", key: "e" },
  {
    lens: "slow",
    label: "Slow",
    hint: "Only spans that worked for a tenth of the trace themselves, or took three times the median of those alike",
    key: "s",
  },
  { lens: "origin", label: "Has origin", hint: "Only spans whose line of code is known", key: "u" },
];

export function Lenses({ opened, look, onLook, onSelect }: LensesProps) {
  const toggle = (lens: Lens) => {
    onLook({ only: look.only.includes(lens) ? look.only.filter((one) => one !== lens) : [...look.only, lens] });
  };
  const toggleCritical = () => state.showCritical(!state.isCriticalShown.value);
  useKeys({
    p: toggleCritical,
    // As a click does: a pill without spans tells why.
    x: () => document.querySelector<HTMLElement>("[data-testid=changed-pill]")?.click(),
    ...Object.fromEntries(PILLS.map(({ lens, key }) => [key, () => toggle(lens)])),
  });
  return (
    <div class="bar bar-s" data-testid="lenses">
      <span class="seg seg-s" role="group" aria-label="View">
        {(look.against === "" ? VIEWS : [...VIEWS, COMPARED]).map(({ name, label }, index) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === look.view}
            title={`${label} (${index + 1})`}
            onClick={() => onLook({ view: name })}
          >
            {label}
          </button>
        ))}
      </span>
      <button
        class="pill"
        type="button"
        aria-pressed={state.isCriticalShown.value}
        title="At each moment the one span that everything else waited for (p)"
        onClick={toggleCritical}
      >
        Critical path <span class="n">{durationText(opened.critical().totalNs)}</span>
      </button>
      {PILLS.map(({ lens, label, hint, key }) => {
        const { count } = opened.marked[lens]();
        const isOn = look.only.includes(lens);
        return (
          <button
            key={lens}
            class="pill"
            type="button"
            aria-pressed={isOn}
            disabled={count === 0 && !isOn}
            title={`${hint} (${key})`}
            onClick={() => toggle(lens)}
          >
            {lens === "origin" ? <Diamond type="entry" /> : null}
            {label} <span class="n">{grouped(count)}</span>
          </button>
        );
      })}
      <ChangedPill opened={opened} isOn={look.only.includes("changed")} onToggle={() => toggle("changed")} />
      <span class="grow" />
      <FindBox opened={opened} look={look} onLook={onLook} onSelect={onSelect} />
    </div>
  );
}
