/**
 * The search field. What is typed is coloured by a layer exactly under the field's own, transparent text.
 *
 * Only Enter searches; the address holds what was searched. When the server could not read it, the place is marked here
 * and explained below, with the server's proposal as a button.
 */

import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Problem } from "../../model/problem";
import { type Piece, readPieces, toUnits, withHint } from "../../model/query";
import { Icon } from "../glyphs";

interface SearchBoxProps {
  query: string;
  problem: Problem | null;
  field: RefObject<HTMLInputElement | null>;
  onRun: (query: string) => void;
}

export function SearchBox({ query, problem, field, onRun }: SearchBoxProps) {
  const draft = useSignal(query);
  const layer = useRef<HTMLDivElement>(null);
  useEffect(() => {
    draft.value = query;
  }, [query, draft]);
  useEffect(() => {
    if (problem?.offset == null || !field.current) return;
    const at = toUnits(query, problem.offset);
    field.current.focus();
    field.current.setSelectionRange(at, at);
  }, [problem, query, field]);
  const follow = () => {
    if (layer.current && field.current) layer.current.scrollLeft = field.current.scrollLeft;
  };
  const isMarked = problem !== null && draft.value === query;
  return (
    <form
      class={`search ${isMarked ? "is-invalid" : ""}`}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onRun(draft.value.trim());
      }}
    >
      <Icon name="search" />
      <div class="q-field">
        <div class="q" aria-hidden="true" ref={layer}>
          <Coloured pieces={readPieces(draft.value)} bad={isMarked ? badUnit(query, problem) : null} />
        </div>
        <input
          class="q-input"
          ref={field}
          data-testid="search-box"
          type="text"
          value={draft.value}
          placeholder="Search spans: words, key:value, file:line"
          aria-label="Search spans"
          aria-invalid={isMarked}
          aria-describedby={isMarked ? "search-problem" : undefined}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          onInput={(event) => {
            draft.value = event.currentTarget.value;
            follow();
          }}
          onScroll={follow}
          onSelect={follow}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.preventDefault();
            if (draft.value !== query) draft.value = query;
            event.currentTarget.blur();
          }}
        />
      </div>
      {draft.value === "" ? null : (
        <button
          class="btn btn-s btn-quiet btn-icon"
          type="button"
          aria-label="Clear the search"
          onClick={() => {
            draft.value = "";
            field.current?.focus();
            if (query !== "") onRun("");
          }}
        >
          <Icon name="x" />
        </button>
      )}
    </form>
  );
}

/** Under the box: a caret at the place, what was expected there, and the nearest right thing as a button. */
export function SearchProblem({
  query,
  problem,
  onFix,
}: {
  query: string;
  problem: Problem;
  onFix: (query: string) => void;
}) {
  const { offset, hint } = problem;
  return (
    <div class="search-problem" id="search-problem" data-testid="error-note" role="alert">
      {offset === null ? null : (
        <span class="search-caret" style={{ "--at": toUnits(query, offset) }} aria-hidden="true">
          ^
        </span>
      )}
      <p class="under-field is-error">
        <Icon name="error" small />
        <span>{problem.message}</span>
        {hint === null || offset === null ? null : (
          <button
            class="fix"
            type="button"
            data-testid="search-fix"
            onClick={() => onFix(withHint(query, offset, hint))}
          >
            Use <code>{withHint(query, offset, hint)}</code>
          </button>
        )}
      </p>
    </div>
  );
}

function Coloured({ pieces, bad }: { pieces: readonly Piece[]; bad: number | null }) {
  let at = 0;
  return (
    <>
      {pieces.map(({ kind, text }, index) => {
        const isBad = bad !== null && bad >= at && bad < at + text.length;
        at += text.length;
        return (
          <span key={index} class={`q-${kind} ${isBad ? "q-bad" : ""}`}>
            {text}
          </span>
        );
      })}
    </>
  );
}

function badUnit(query: string, problem: Problem): number | null {
  if (problem.offset === null) return null;
  return Math.min(toUnits(query, problem.offset), query.length - 1);
}
