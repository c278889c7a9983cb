/**
 * The facets: fields with their most frequent values and counts. A click asks for a value, Shift or the minus excludes it.
 *
 * Counts of a field leave out what is chosen in it, so that its other values stay in sight.
 */

import { useEffect, useState } from "preact/hooks";
import { type Facet, type FacetValue, facetLabel, facetMatch, isAboutCode } from "../../model/facets";
import { grouped, shortCount } from "../../model/numbers";
import { isAbort } from "../../model/problem";
import { stateOf, toggled } from "../../model/terms";
import { hues } from "../../state/explorer";
import * as state from "../../state/facets";
import { Diamond, Icon, ServiceMark } from "../glyphs";
import { problemTitle, Skeleton } from "../states";

interface FacetsProps {
  query: string;
  onSearch: (query: string) => void;
}

export function Facets({ query, onSearch }: FacetsProps) {
  const [sought, setSought] = useState("");
  useEffect(state.followList, []);
  const { value: problem } = state.problem;
  const facets = state.facets.value.filter((facet) => matches(facet, sought));
  return (
    <aside
      class={`facets scroll ${state.isCounting.value ? "is-old" : ""}`}
      aria-label="Facets"
      aria-busy={state.isCounting.value}
    >
      <FindField sought={sought} onSeek={setSought} />
      {problem && problem.kind !== "refused" ? (
        <p class="facets-note is-error" data-testid="facets-problem">
          <Icon name="error" small />
          {problemTitle(problem)}
        </p>
      ) : null}
      {state.facets.value.length === 0 && state.isCounting.value ? <FacetSkeleton /> : null}
      {facets.map((facet) => (
        <FacetSection key={facet.field} facet={facet} query={query} onSearch={onSearch} />
      ))}
    </aside>
  );
}

/** Narrows the facets by name, and proposes fields that are none yet. */
function FindField({ sought, onSeek }: { sought: string; onSeek: (text: string) => void }) {
  const [found, setFound] = useState<readonly string[]>([]);
  useEffect(() => {
    setFound([]);
    const prefix = sought.trim();
    if (prefix === "") return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      state.findFields(prefix, abort.signal).then(setFound, (error) => {
        if (!isAbort(error)) setFound([]);
      });
    }, 150);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [sought]);
  return (
    <div class="facets-find">
      <label class="field field-s">
        <Icon name="search" small />
        <input
          type="text"
          placeholder="Find or add a field"
          aria-label="Find or add a field"
          value={sought}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => onSeek(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") onSeek("");
            if (event.key === "Enter" && found[0]) {
              state.addField(found[0]);
              onSeek("");
            }
          }}
        />
      </label>
      {found.map((name) => (
        <button
          class="facet-add"
          type="button"
          key={name}
          data-testid="facet-add"
          onClick={() => {
            state.addField(name);
            onSeek("");
          }}
        >
          <span aria-hidden="true">+</span>
          <span class="cut mono">{name}</span>
        </button>
      ))}
    </div>
  );
}

function FacetSection({ facet, query, onSearch }: FacetsProps & { facet: Facet }) {
  const { field } = facet;
  const isFolded = state.folded.value.has(field);
  const isLong = state.unrolled.value.has(field);
  const most = Math.max(1, ...facet.values.map(({ count }) => count));
  // A field that no span has says nothing worth a place.
  const isEmpty = facet.values.every(({ value }) => value === "");
  if (isEmpty && !state.isAdded(field)) return null;
  return (
    <section class="facet" data-testid="facet" data-field={field}>
      <div class="row">
        <button class="facet-head" type="button" aria-expanded={!isFolded} onClick={() => state.fold(field)}>
          <Icon name={isFolded ? "right" : "down"} />
          {isAboutCode(field) ? <Diamond type="entry" /> : null}
          <span class="cut">{facetLabel(field)}</span>
        </button>
        {state.isAdded(field) ? (
          <button
            class="btn btn-s btn-quiet btn-icon"
            type="button"
            aria-label={`Remove the facet ${field}`}
            onClick={() => state.addField(field)}
          >
            <Icon name="x" />
          </button>
        ) : null}
      </div>
      {isFolded
        ? null
        : facet.values.map((value) => (
            <ValueRow key={value.value} field={field} value={value} most={most} query={query} onSearch={onSearch} />
          ))}
      {!isFolded && (facet.hasMore || isLong) ? (
        <button class="facet-more" type="button" onClick={() => state.unroll(field)}>
          {isLong ? "Fewer" : "More"}
        </button>
      ) : null}
    </section>
  );
}

function ValueRow({
  field,
  value: { value, count, errors },
  most,
  query,
  onSearch,
}: FacetsProps & { field: string; value: FacetValue; most: number }) {
  const match = facetMatch(field, value);
  const now = stateOf(query, match);
  const words = value === "" ? "none" : value;
  const failed = errors > 0 ? `, ${grouped(errors)} failed` : "";
  return (
    <div class={`facet-row ${now === null ? "" : `is-${now}`}`} style={{ "--v": count / most }}>
      <button
        class="facet-value"
        type="button"
        data-testid="facet-value"
        aria-pressed={now === "in"}
        title={`${words}\n${grouped(count)} spans${failed}\nClick to ask for it, Shift-click to exclude it`}
        onClick={(event) => onSearch(toggled(query, match, event.shiftKey ? "out" : "in"))}
      >
        <span class={`check ${now === "in" ? "is-on" : ""}`}>{now === "in" ? <Icon name="check" /> : null}</span>
        {field === "service" && value !== "" ? <ServiceMark hue={hues.of(value)} /> : null}
        <span class={`cut ${isAboutCode(field) && value !== "" ? "mono" : ""} ${value === "" ? "muted" : ""}`}>
          {lastPart(field, words)}
        </span>
      </button>
      <button
        class="facet-not"
        type="button"
        data-testid="facet-exclude"
        aria-label={`Exclude ${facetLabel(field)} ${words}`}
        aria-pressed={now === "out"}
        title={now === "out" ? "No longer exclude it" : "Exclude it"}
        onClick={() => onSearch(toggled(query, match, "out"))}
      >
        −
      </button>
      <span class="num">{shortCount(count)}</span>
    </div>
  );
}

/** Of a path or a dotted function the end tells most; the whole is in the tooltip. */
function lastPart(field: string, value: string): string {
  const room = 24;
  const mark = field === "file" ? "/" : field === "fn" ? "." : null;
  if (mark === null || value.length <= room) return value;
  const parts = value.split(mark);
  const two = parts.slice(-2).join(mark);
  return two.length <= room ? two : (parts.at(-1) as string);
}

function matches(facet: Facet, sought: string): boolean {
  const text = sought.trim().toLowerCase();
  return facet.field.toLowerCase().includes(text) || facetLabel(facet.field).toLowerCase().includes(text);
}

function FacetSkeleton() {
  return (
    <div class="facet-skeleton" aria-hidden="true">
      {[0.5, 0.8, 0.6, 0.7, 0.4, 0.8, 0.5].map((share, index) => (
        <Skeleton share={share} key={index} />
      ))}
    </div>
  );
}
