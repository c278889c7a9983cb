/** The bar above what was found: facets on and off, which view of it, and of which spans. */

import type { ComponentChildren } from "preact";
import { EXPLORE_VIEWS, type ExploreLook, type ExploreView, SCOPES, type Scope } from "../../model/explore-look";
import * as facets from "../../state/facets";
import { Diamond, Icon } from "../glyphs";

const VIEWS: Readonly<Record<ExploreView, string>> = {
  spans: "Spans",
  origins: "Origins",
  top: "Top",
  heat: "Heat map",
  series: "Series",
};

const SCOPE_WORDS: Readonly<Record<Scope, readonly [label: string, title: string]>> = {
  all: ["All", "All spans"],
  entry: ["Entry", "Spans with which a service was entered: kind server or consumer"],
  root: ["Root", "Spans with which a trace began: those without a parent"],
};

interface ToolsProps {
  look: ExploreLook;
  onLook: (look: Partial<ExploreLook>) => void;
  /** What belongs to the view, at the right end. */
  children?: ComponentChildren;
}

export function Tools({ look, onLook, children }: ToolsProps) {
  const hasFacets = facets.isShown.value;
  return (
    <div class="bar bar-s tools">
      <button
        class="btn btn-s btn-quiet"
        type="button"
        data-testid="facets-button"
        aria-pressed={hasFacets}
        title="Facets (f)"
        onClick={() => facets.showFacets(!hasFacets)}
      >
        <Icon name={hasFacets ? "left" : "right"} />
        Facets
      </button>
      <div class="tabs flat" role="tablist" aria-label="Views">
        {EXPLORE_VIEWS.map((view, at) => (
          <button
            role="tab"
            type="button"
            key={view}
            aria-selected={look.view === view}
            tabIndex={look.view === view ? 0 : -1}
            data-testid={`view-${view}`}
            title={`${VIEWS[view]} (${at + 1})`}
            onClick={() => onLook({ view })}
            onKeyDown={(event) => {
              const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
              const next = EXPLORE_VIEWS[at + step];
              if (step === 0 || !next) return;
              onLook({ view: next });
              const beside =
                step > 0 ? event.currentTarget.nextElementSibling : event.currentTarget.previousElementSibling;
              if (beside instanceof HTMLElement) beside.focus();
            }}
          >
            {view === "origins" ? <Diamond type="entry" /> : null}
            {VIEWS[view]}
          </button>
        ))}
      </div>
      <span class="grow" />
      {children}
      <div class="seg seg-s" role="group" aria-label="Which spans">
        {SCOPES.map((scope) => (
          <button
            type="button"
            key={scope}
            aria-pressed={look.scope === scope}
            title={SCOPE_WORDS[scope][1]}
            data-testid={`scope-${scope}`}
            onClick={() => onLook({ scope })}
          >
            {SCOPE_WORDS[scope][0]}
          </button>
        ))}
      </div>
    </div>
  );
}
