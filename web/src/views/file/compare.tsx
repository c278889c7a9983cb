/** What the file is compared with, and which of its functions no span starts in: two menus of the bar. */

import type { CodePlace } from "../../model/code-address";
import { counted, grouped } from "../../model/numbers";
import type { TimeRange } from "../../model/time-range";
import { versionName } from "../../model/versions";
import * as state from "../../state/code";
import { diffLink } from "../links";
import { Menu } from "../menu";
import { Popover } from "../popover";

interface AgainstProps {
  place: CodePlace;
  range: TimeRange;
  onChoose: (commit: string | null) => void;
}

export function Against({ place, range, onChoose }: AgainstProps) {
  const others = state.versions.value.filter(({ commit }) => commit !== "" && commit !== place.commit);
  const chosen = others.find(({ commit }) => commit === place.against);
  if (others.length === 0 && place.against === null) return null;
  const choose = (commit: string | null, close: () => void) => {
    close();
    onChoose(commit);
  };
  return (
    <>
      <Menu
        testId="against"
        label={place.against === null ? "Compare" : `With ${chosen ? versionName(chosen) : place.against.slice(0, 7)}`}
      >
        {(close) => (
          <Popover label="Compare with" onClose={close}>
            {place.against === null ? null : (
              <button class="menu-row" type="button" role="menuitem" onClick={() => choose(null, close)}>
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
                onClick={() => choose(one.commit, close)}
              >
                <span class="cut">{versionName(one)}</span>
                <code class="muted">{one.commit.slice(0, 7)}</code>
                <span class="grow" />
                <span class="num muted">{grouped(one.count)}</span>
              </button>
            ))}
          </Popover>
        )}
      </Menu>
      {place.against !== null && place.commit !== null ? (
        <a
          class="link after"
          data-testid="what-changed"
          href={diffLink({ repository: place.repository ?? "", base: place.against, head: place.commit }, range)}
        >
          what changed
        </a>
      ) : null}
    </>
  );
}

export function Cold({ onSelect }: { onSelect: (line: number) => void }) {
  const cold = state.cold.value;
  if (!cold || cold.length === 0) return null;
  return (
    <Menu
      testId="never-hit"
      class="btn-s btn-quiet"
      title="Functions in which no span starts in this stretch of time"
      label={`${counted(cold.length, "function")} without spans`}
    >
      {(close) => (
        <Popover label="Functions without spans" onClose={close}>
          <div class="scroll menu-long">
            {cold.map(({ name, line }) => (
              <button
                class="menu-row"
                type="button"
                role="menuitem"
                key={line}
                onClick={() => {
                  close();
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
      )}
    </Menu>
  );
}
