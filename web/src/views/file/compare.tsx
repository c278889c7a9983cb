/** What the file is compared with, and which of its functions no span starts in: two menus of the bar. */

import { useState } from "preact/hooks";
import type { CodePlace } from "../../model/code-address";
import { counted, grouped } from "../../model/numbers";
import type { TimeRange } from "../../model/time-range";
import { versionName } from "../../model/versions";
import * as state from "../../state/code";
import { Icon } from "../glyphs";
import { diffLink } from "../links";
import { Popover } from "../popover";

interface AgainstProps {
  place: CodePlace;
  range: TimeRange;
  onChoose: (commit: string | null) => void;
}

export function Against({ place, range, onChoose }: AgainstProps) {
  const [isOpen, setIsOpen] = useState(false);
  const others = state.versions.value.filter(({ commit }) => commit !== "" && commit !== place.commit);
  const chosen = others.find(({ commit }) => commit === place.against);
  if (others.length === 0 && place.against === null) return null;
  const choose = (commit: string | null) => {
    setIsOpen(false);
    onChoose(commit);
  };
  return (
    <div class="anchor">
      <button
        class="btn btn-s"
        type="button"
        data-testid="against"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        {place.against === null ? "Compare" : `With ${chosen ? versionName(chosen) : place.against.slice(0, 7)}`}
        <Icon name="down" small />
      </button>
      {place.against !== null && place.commit !== null ? (
        <a
          class="link after"
          data-testid="what-changed"
          href={diffLink({ repository: place.repository ?? "", base: place.against, head: place.commit }, range)}
        >
          what changed
        </a>
      ) : null}
      {isOpen ? (
        <Popover label="Compare with" onClose={() => setIsOpen(false)}>
          {place.against === null ? null : (
            <button class="menu-row" type="button" role="menuitem" onClick={() => choose(null)}>
              Nothing
            </button>
          )}
          {others.map((one) => (
            <button
              class="menu-row"
              type="button"
              role="menuitemradio"
              aria-checked={one.commit === place.against}
              key={one.commit}
              onClick={() => choose(one.commit)}
            >
              <span class="cut">{versionName(one)}</span>
              <code class="muted">{one.commit.slice(0, 7)}</code>
              <span class="grow" />
              <span class="num muted">{grouped(one.count)}</span>
            </button>
          ))}
        </Popover>
      ) : null}
    </div>
  );
}

export function Cold({ onSelect }: { onSelect: (line: number) => void }) {
  const [isOpen, setIsOpen] = useState(false);
  const cold = state.cold.value;
  if (!cold || cold.length === 0) return null;
  return (
    <div class="anchor">
      <button
        class="btn btn-s btn-quiet"
        type="button"
        data-testid="never-hit"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        title="Functions in which no span starts in this stretch of time"
        onClick={() => setIsOpen(!isOpen)}
      >
        {counted(cold.length, "function")} without spans
        <Icon name="down" small />
      </button>
      {isOpen ? (
        <Popover label="Functions without spans" onClose={() => setIsOpen(false)}>
          <div class="scroll menu-long">
            {cold.map(({ name, line }) => (
              <button
                class="menu-row"
                type="button"
                role="menuitem"
                key={line}
                onClick={() => {
                  setIsOpen(false);
                  onSelect(line);
                }}
              >
                <code class="cut">{name}</code>
                <span class="grow" />
                <span class="num muted">{line}</span>
              </button>
            ))}
          </div>
        </Popover>
      ) : null}
    </div>
  );
}
