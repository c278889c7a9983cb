/** The bar that says how the trace is looked at. */

import type { TraceLook, TraceView } from "../../model/address";

export const VIEWS: ReadonlyArray<{ readonly name: TraceView; readonly label: string }> = [
  { name: "waterfall", label: "Waterfall" },
  { name: "flame", label: "Flame graph" },
  { name: "list", label: "Span list" },
];

interface LensesProps {
  look: TraceLook;
  onLook: (to: Partial<TraceLook>) => void;
}

export function Lenses({ look, onLook }: LensesProps) {
  return (
    <div class="bar bar-s" data-testid="lenses">
      <span class="seg seg-s" role="group" aria-label="View">
        {VIEWS.map(({ name, label }, index) => (
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
    </div>
  );
}
