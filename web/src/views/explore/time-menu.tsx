/** Which stretch of time is searched: a few windows up to now, or any two moments. */

import { useState } from "preact/hooks";
import { fromMs, toMs } from "../../model/time";
import { findWindow, rangeLabel, resolveRange, type TimeRange, WINDOWS } from "../../model/time-range";
import { Icon } from "../glyphs";
import { Menu } from "../menu";
import { Popover } from "../popover";

interface TimeMenuProps {
  range: TimeRange;
  isOpen: boolean;
  onToggle: (isOpen: boolean) => void;
  onChoose: (range: TimeRange) => void;
  /** The page's key for it. */
  hotkey?: string;
}

export function TimeMenu({ range, isOpen, onToggle, onChoose, hotkey = "t" }: TimeMenuProps) {
  const now = fromMs(Date.now());
  const current = "window" in range ? findWindow(range.window).id : null;
  const choose = (chosen: TimeRange) => {
    onToggle(false);
    onChoose(chosen);
  };
  return (
    <Menu
      testId="time-menu"
      class=""
      title={`Time range (${hotkey})`}
      label={
        <>
          <Icon name="clock" />
          {rangeLabel(range, now)}
        </>
      }
      isOpen={isOpen}
      onToggle={onToggle}
    >
      {(close) => (
        <Popover label="Time range" onClose={close}>
          {WINDOWS.map(({ id, label }) => (
            <button
              class={`menu-row ${id === current ? "is-on" : ""}`}
              type="button"
              role="menuitemradio"
              aria-checked={id === current}
              key={id}
              onClick={() => choose({ window: id })}
            >
              {label}
              <span class="grow" />
              {id === current ? <Icon name="check" small /> : null}
            </button>
          ))}
          <CustomRange range={range} onChoose={choose} />
        </Popover>
      )}
    </Menu>
  );
}

function CustomRange({ range, onChoose }: { range: TimeRange; onChoose: (range: TimeRange) => void }) {
  const shown = resolveRange(range, fromMs(Date.now()));
  const [from, setFrom] = useState(toField(toMs(shown.from)));
  const [to, setTo] = useState(toField(toMs(shown.to)));
  const fromAt = Date.parse(from);
  const toAt = Date.parse(to);
  const isInOrder = fromAt < toAt;
  return (
    <form
      class="custom-range"
      onSubmit={(event) => {
        event.preventDefault();
        // The field shows whole seconds: the last of them is meant to be inside.
        if (isInOrder) onChoose({ from: fromMs(fromAt), to: fromMs(toAt + 1000) });
      }}
    >
      <label>
        <span class="label">From</span>
        <span class="field field-s">
          <input
            type="datetime-local"
            step="1"
            value={from}
            required
            onInput={(event) => setFrom(event.currentTarget.value)}
          />
        </span>
      </label>
      <label>
        <span class="label">To</span>
        <span class="field field-s">
          <input
            type="datetime-local"
            step="1"
            value={to}
            required
            onInput={(event) => setTo(event.currentTarget.value)}
          />
        </span>
      </label>
      <p class="row">
        <span class="muted">
          {isInOrder ? Intl.DateTimeFormat().resolvedOptions().timeZone : "From must come before To."}
        </span>
        <span class="grow" />
        <button class="btn btn-s" type="submit" disabled={!isInOrder}>
          Use these
        </button>
      </p>
    </form>
  );
}

/** `2026-11-22T12:04:31` in the reader's time zone, as the field wants it. */
function toField(ms: number): string {
  const shifted = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}
