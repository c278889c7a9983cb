/** The field that finds spans in the trace, in the language of the explorer's search. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { TraceLook } from "../../model/address";
import { grouped } from "../../model/numbers";
import * as find from "../../state/find";
import * as state from "../../state/trace";
import { Icon } from "../glyphs";
import { useKeys } from "../keys";

interface FindProps {
  opened: state.OpenTrace;
  look: TraceLook;
  onLook: (to: Partial<TraceLook>) => void;
  onSelect: (spanId: string) => void;
}

/** Of quiet, before what is typed is asked. */
const PAUSE_MS = 150;

export function FindBox({ opened, look, onLook, onSelect }: FindProps) {
  const input = useRef<HTMLInputElement>(null);
  const typed = useSignal(look.find);
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(pause.current), []);
  const put = (text: string) => {
    clearTimeout(pause.current);
    // Without anything to find there is nothing to show only.
    onLook(text.trim() === "" ? { find: "", only: look.only.filter((one) => one !== "found") } : { find: text });
  };
  const go = (by: 1 | -1) => {
    const row = find.nextFound(opened, state.selected.value, by);
    if (row >= 0) onSelect(opened.trace.spanId[row]!);
  };
  useKeys({
    "/": () => {
      input.current?.focus();
      input.current?.select();
    },
    n: () => go(1),
    N: () => go(-1),
  });
  const isOnly = look.only.includes("found");
  const isAsked = find.query.value !== "";
  return (
    <>
      {isAsked ? <Count opened={opened} /> : null}
      {isAsked ? (
        <button
          class="pill"
          type="button"
          aria-pressed={isOnly}
          title="Only what is found, and what leads to it"
          onClick={() =>
            onLook({ only: isOnly ? look.only.filter((one) => one !== "found") : [...look.only, "found"] })
          }
        >
          Only these
        </button>
      ) : null}
      <label class={`field field-s find ${find.findProblem.value ? "is-invalid" : ""}`}>
        <Icon name="search" small />
        <input
          ref={input}
          value={typed.value}
          placeholder="Find in trace"
          aria-label="Find in trace"
          aria-invalid={find.findProblem.value !== null}
          data-testid="find"
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => {
            typed.value = event.currentTarget.value;
            clearTimeout(pause.current);
            pause.current = setTimeout(() => put(typed.value), PAUSE_MS);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              put(typed.value);
              go(event.shiftKey ? -1 : 1);
            } else if (event.key === "Escape") {
              typed.value = "";
              put("");
              input.current?.blur();
            } else return;
            event.preventDefault();
          }}
        />
        <kbd>/</kbd>
      </label>
    </>
  );
}

/** `3 of 17`, or why there is no number. */
function Count({ opened }: { opened: state.OpenTrace }) {
  const problem = find.findProblem.value;
  if (problem) {
    return (
      <span class="found-count is-error cut" role="status" title={problem.message}>
        {problem.message}
      </span>
    );
  }
  const all = state.found.value;
  const rank = find.rankOf(opened, state.selected.value);
  return (
    <span class="found-count" role="status" data-testid="found">
      {all
        ? `${rank > 0 ? `${grouped(rank)} of ` : ""}${grouped(all.count)}${find.isCut.value ? " or more" : ""}${rank > 0 ? "" : " found"}`
        : ""}
      {find.isFinding.value ? " …" : ""}
    </span>
  );
}
