/** Live on and off, its true rate, and a pause during which nothing moves. */

import { useEffect } from "preact/hooks";
import { grouped, rate } from "../../model/numbers";
import * as live from "../../state/live";
import { tell } from "../../state/toast";
import { Unit } from "../glyphs";

export function LiveButton({ isOn, onToggle }: { isOn: boolean; onToggle: () => void }) {
  const state = live.state.value;
  useEffect(() => (isOn ? live.followLive() : undefined), [isOn]);
  useEffect(() => {
    if (state === "failed") tell(live.failure.value, true);
  }, [state]);
  const waiting = live.waiting.value.length;
  const unseen = live.unseen.value;
  return (
    <>
      {isOn ? (
        <button
          class="btn"
          type="button"
          data-testid="live-pause"
          aria-pressed={live.isPaused.value}
          title="Hold the list still (p)"
          onClick={live.pauseLive}
        >
          {live.isPaused.value ? "Resume" : "Pause"}
          {waiting > 0 ? <span class="muted">{grouped(waiting)} new</span> : null}
        </button>
      ) : null}
      <button
        class="btn"
        type="button"
        data-testid="live-button"
        aria-pressed={isOn}
        title={
          isOn
            ? `Matching spans a second, all counted${unseen > 0 ? `; ${grouped(unseen)} came that are not listed` : ""}\nClick to end (l)`
            : "Show spans as they come (l)"
        }
        onClick={onToggle}
      >
        <span class={`dot ${isOn && state === "on" && !live.isPaused.value ? "dot-live" : ""}`} />
        Live
        {isOn ? (
          <span class="muted">
            {state === "failed" ? "ended" : live.rate.value === null ? "…" : rate(live.rate.value)}
            {live.rate.value === null || state === "failed" ? null : <Unit>/s</Unit>}
          </span>
        ) : null}
      </button>
    </>
  );
}
