/** What sets the spans of a selection apart: values that they have and the others have not, best first. */

import { useEffect, useState } from "preact/hooks";
import { facetLabel, facetMatch, isAboutCode } from "../../model/facets";
import { percent } from "../../model/groups";
import type { Explanation, HeatSelection } from "../../model/heat";
import { grouped } from "../../model/numbers";
import { asProblem, isAbort, type Problem } from "../../model/problem";
import { stateOf, toggled } from "../../model/terms";
import { explained } from "../../state/groups";
import { Diamond } from "../glyphs";
import { CloseButton } from "../menu";
import { Notice, problemTitle, Skeleton } from "../states";

interface ApartProps {
  selection: HeatSelection;
  title: string;
  words: string;
  query: string;
  onClose: () => void;
  /** To the spans of the selection alone. */
  onNarrow: () => void;
  onSearch: (query: string) => void;
}

export function ApartPanel({ selection, title, words, query, onClose, onNarrow, onSearch }: ApartProps) {
  const [found, setFound] = useState<Explanation | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    setFound(null);
    setProblem(null);
    explained(selection, abort.signal).then(setFound, (error) => {
      if (!isAbort(error)) setProblem(asProblem(error));
    });
    return () => abort.abort();
  }, [selection.search, selection.from, selection.to]);
  return (
    <aside class="side-right scroll apart" aria-label="What is different there" data-testid="apart">
      <header class="section">
        <div class="row">
          <h2 class="title">{title}</h2>
          <span class="grow" />
          <button class="btn btn-s" type="button" data-testid="heat-narrow" onClick={onNarrow}>
            Only these
          </button>
          <CloseButton what="the box" onClose={onClose} />
        </div>
        <p class="muted">{words}</p>
      </header>
      {problem ? (
        <Notice icon="error" tone="error" title={problemTitle(problem)}>
          {problem.message}
        </Notice>
      ) : null}
      {!found && !problem ? (
        <div class="panel-skel" aria-busy="true">
          {[0.6, 0.9, 0.7, 0.8].map((share) => (
            <Skeleton share={share} key={share} />
          ))}
        </div>
      ) : null}
      {found ? <Fields found={found} query={query} onSearch={onSearch} /> : null}
    </aside>
  );
}

function Fields({ found, query, onSearch }: { found: Explanation; query: string; onSearch: (query: string) => void }) {
  if (found.fields.length === 0) {
    return (
      <div class="blank">
        <p>
          {found.others === 0
            ? "All spans are in the box, so there is nothing to compare them with."
            : "Nothing sets these spans apart: their values are as frequent among the others."}
        </p>
      </div>
    );
  }
  return (
    <>
      <p class="section muted">
        Share of these, and of the {grouped(found.others)} others that the search finds. A click asks for the value.
      </p>
      {found.fields.map(({ field, values }) => (
        <section class="section" key={field}>
          <h3 class="label row">
            {isAboutCode(field) ? <Diamond type="entry" /> : null}
            {facetLabel(field)}
          </h3>
          {values.map(({ value, share, shareOfOthers }) => {
            const match = facetMatch(field, value);
            return (
              <button
                class="apart-row"
                type="button"
                key={value}
                data-testid="apart-value"
                aria-pressed={stateOf(query, match) === "in"}
                title={value}
                onClick={() => onSearch(toggled(query, match, "in"))}
              >
                <span class="cut">{value}</span>
                <span class="num">{`${percent(share)}\u202f%`}</span>
                <span class="num muted">{`${percent(shareOfOthers)}\u202f%`}</span>
                <i class="apart-bar" style={{ "--v": share }} />
                <i class="apart-bar is-others" style={{ "--v": shareOfOthers }} />
              </button>
            );
          })}
        </section>
      ))}
    </>
  );
}
