/**
 * The search field. What is typed is coloured by a layer exactly under the field's own, transparent text.
 *
 * Only Enter searches; the address holds what was searched. When the server could not read it, the place is marked here
 * and explained below, with the server's proposal as a button.
 */

import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { type Choice, withChoice } from "../../model/completion";
import type { Problem } from "../../model/problem";
import { type Piece, readPieces, toUnits, withHint } from "../../model/query";
import * as completions from "../../state/completions";
import { Icon } from "../glyphs";
import { lazily } from "../lazily";
import { Completions, LIST_ID, optionId } from "./completions";

const ReadingCard = lazily(() => import("./reading").then((file) => file.ReadingCard), null);

interface SearchBoxProps {
  query: string;
  problem: Problem | null;
  field: RefObject<HTMLInputElement | null>;
  onRun: (query: string) => void;
}

export function SearchBox({ query, problem, field, onRun }: SearchBoxProps) {
  const draft = useSignal(query);
  const layer = useRef<HTMLDivElement>(null);
  // With what is drawn (decision 0242): a moment later it would take back what was typed meanwhile.
  useLayoutEffect(() => {
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
  const isExplaining = useSignal(false);
  const chosen = useSignal(-1);
  const offered = completions.offered.value;
  useEffect(() => completions.stopOffering, []);
  const offer = () => {
    chosen.value = -1;
    const input = field.current;
    if (input && input.selectionStart === input.selectionEnd)
      completions.offerAt(input.value, input.selectionStart ?? 0);
  };
  const choose = (choice: Choice) => {
    const input = field.current;
    if (!offered || !input) return;
    const [text, caret] = withChoice(draft.value, offered.at, choice);
    draft.value = text;
    // Set here too, so that the caret can stand behind it at once.
    input.value = text;
    input.focus();
    input.setSelectionRange(caret, caret);
    follow();
    if (choice.insert.endsWith(":")) offer();
    else completions.stopOffering();
  };
  /** Whether the key was one of the list's. */
  const onListKey = (key: string): boolean => {
    if (!offered) {
      if (key !== "ArrowDown") return false;
      offer();
      return true;
    }
    const count = offered.choices.length;
    const choice = offered.choices[Math.max(0, chosen.value)];
    if (key === "ArrowDown") chosen.value = (chosen.value + 1) % count;
    else if (key === "ArrowUp") chosen.value = chosen.value <= 0 ? count - 1 : chosen.value - 1;
    else if (key === "Escape") completions.stopOffering();
    else if (choice && (key === "Tab" || (key === "Enter" && chosen.value >= 0))) choose(choice);
    else return false;
    return true;
  };
  return (
    <form
      class={`search ${isMarked ? "is-invalid" : ""}`}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        completions.stopOffering();
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
          role="combobox"
          aria-expanded={offered !== null}
          aria-controls={LIST_ID}
          aria-autocomplete="list"
          aria-activedescendant={offered && chosen.value >= 0 ? optionId(chosen.value) : undefined}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          onInput={(event) => {
            draft.value = event.currentTarget.value;
            follow();
            offer();
          }}
          onBlur={completions.stopOffering}
          onScroll={follow}
          onSelect={follow}
          onKeyDown={(event) => {
            if (!event.isComposing && !event.shiftKey && onListKey(event.key)) {
              event.preventDefault();
              return;
            }
            if (event.key !== "Escape") return;
            event.preventDefault();
            if (draft.value !== query) draft.value = query;
            event.currentTarget.blur();
          }}
        />
      </div>
      {offered ? <Completions offered={offered} at={chosen.value} onChoose={choose} /> : null}
      {query === "" || isMarked ? null : (
        <div class="anchor">
          <button
            class="btn btn-s btn-quiet btn-icon"
            type="button"
            aria-label="Explain the search"
            aria-expanded={isExplaining.value}
            title="How this search was understood"
            data-testid="explain-query"
            onClick={() => {
              isExplaining.value = !isExplaining.value;
            }}
          >
            <Icon name="info" />
          </button>
          {isExplaining.value ? (
            <ReadingCard
              onClose={() => {
                isExplaining.value = false;
              }}
            />
          ) : null}
        </div>
      )}
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
