/** The explorer: what was asked, which line of code answered, how long it took. One row a span, newest first. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { ExploreLook } from "../../model/explore-look";
import { counted, durationText } from "../../model/numbers";
import { fromMs } from "../../model/time";
import { type TimeRange, widerWindow } from "../../model/time-range";
import * as explorer from "../../state/explorer";
import * as facets from "../../state/facets";
import { isStoreEmpty } from "../../state/health";
import { pauseLive } from "../../state/live";
import { navigate } from "../../state/route";
import { Frame } from "../frame";
import { Icon } from "../glyphs";
import { useKeys } from "../keys";
import { Blank, ProblemBlank } from "../states";
import { Facets } from "./facets";
import { SpanList } from "./list";
import { LiveButton } from "./live";
import { OriginGroups, Origins } from "./origins";
import { OverTime } from "./overview";
import { SearchBox, SearchProblem } from "./search-box";
import { TakeMenu } from "./take-menu";
import { TimeMenu } from "./time-menu";
import { Tools } from "./tools";
import { Top, TopField } from "./top";

interface Search {
  query: string;
  range: TimeRange;
  look: ExploreLook;
}

export function ExplorePage({ query, range, look }: Search) {
  const field = useRef<HTMLInputElement>(null);
  const [isChoosingTime, setIsChoosingTime] = useState(false);
  useEffect(() => explorer.showSearch(query, range, look.scope), [query, range, look.scope]);
  useEffect(() => explorer.pause, []);
  useKeys({
    "/": () => field.current?.select(),
    r: explorer.refresh,
    t: () => setIsChoosingTime(true),
    l: () => onLive(),
    p: () => {
      if (look.live === "on") pauseLive();
    },
    f: () => facets.showFacets(!facets.isShown.value),
    "1": () => onLook({ view: "spans" }),
    "2": () => onLook({ view: "origins" }),
    "3": () => onLook({ view: "top" }),
  });
  const onLive = () => {
    if (look.live === "off") explorer.refresh();
    onLook({ live: look.live === "on" ? "off" : "on", view: "spans" });
  };
  const go = (search: Partial<Search>) => {
    const to = { query, range, look, ...search };
    navigate({ name: "explore", ...to });
    // The same search again is a wish to see it afresh.
    if (to.query === query && to.range === range && to.look === look) explorer.refresh();
  };
  const onLook = (change: Partial<ExploreLook>) => go({ look: { ...look, ...change } });
  const problem = explorer.problem.value;
  const isBadQuery = problem?.kind === "refused";
  return (
    <Frame
      title={query === "" ? "Explore" : query}
      class="explore"
      bars={
        <>
          <div class="bar">
            <SearchBox
              query={query}
              problem={isBadQuery ? problem : null}
              field={field}
              onRun={(text) => go({ query: text })}
            />
            <TimeMenu
              range={range}
              isOpen={isChoosingTime}
              onToggle={setIsChoosingTime}
              onChoose={(chosen) => go({ range: chosen })}
            />
            <LiveButton isOn={look.live === "on"} onToggle={onLive} />
            <button
              class={`btn ${explorer.phase.value === "loading" ? "is-busy" : ""}`}
              type="button"
              title="Search again, up to now (r)"
              onClick={explorer.refresh}
            >
              {explorer.phase.value === "loading" ? <span class="spin" /> : <Icon name="refresh" />}
              Refresh
            </button>
          </div>
          {isBadQuery ? <SearchProblem query={query} problem={problem} onFix={(text) => go({ query: text })} /> : null}
        </>
      }
      keys={
        <>
          <span>
            <kbd>j k</kbd>move
          </span>
          <span>
            <kbd>Enter</kbd>trace
          </span>
          <span>
            <kbd>/</kbd>search
          </span>
          <span>
            <kbd>t</kbd>time
          </span>
          <span>
            <kbd>r</kbd>refresh
          </span>
          <span>
            <kbd>?</kbd>all keys
          </span>
        </>
      }
      facts={<Facts />}
    >
      <main class={`cols ${facets.isShown.value ? "has-facets" : ""}`}>
        {facets.isShown.value ? <Facets query={query} onSearch={(text) => go({ query: text })} /> : null}
        <section class="results" aria-label="Results">
          <Tools look={look} onLook={onLook}>
            {look.view === "origins" ? <OriginGroups look={look} onLook={onLook} /> : null}
            {look.view === "top" ? <TopField look={look} onLook={onLook} /> : null}
            <TakeMenu />
          </Tools>
          {explorer.rows.value.length > 0 && !isBadQuery ? (
            <OverTime onRange={(chosen) => go({ range: chosen })} />
          ) : null}
          <Results query={query} range={range} look={look} go={go} />
        </section>
      </main>
    </Frame>
  );
}

function Facts() {
  const count = explorer.rows.value.length;
  if (explorer.phase.value !== "ready" || count === 0) return null;
  const isAll = explorer.cursor.value === null;
  return (
    <span data-testid="facts">
      {isAll ? counted(count, "span") : `${counted(count, "span")}, more below`}, read in{" "}
      {durationText(explorer.readNs.value)}
    </span>
  );
}

function Results({ query, range, look, go }: Search & { go: (search: Partial<Search>) => void }) {
  const phase = explorer.phase.value;
  const problem = explorer.problem.value;
  const hasRows = explorer.rows.value.length > 0;
  if (problem?.kind === "refused") {
    return (
      <div class="fill">
        <Blank title="The search could not be read" testId="search-refused">
          The place is marked under the search box. Nothing was searched.
        </Blank>
      </div>
    );
  }
  if (phase === "failed" && problem && !hasRows) {
    return (
      <div class="fill">
        <ProblemBlank problem={problem} onRetry={explorer.refresh} />
      </div>
    );
  }
  if (phase === "ready" && !hasRows) return <NothingFound query={query} range={range} go={go} />;
  const counting = {
    query,
    look,
    onLook: (change: Partial<ExploreLook>) => go({ look: { ...look, ...change } }),
    onOpen: (text: string) => go({ query: text, look: { ...look, view: "spans" } }),
    onRetry: explorer.refresh,
  };
  if (look.view === "origins") return <Origins {...counting} />;
  if (look.view === "top") return <Top {...counting} />;
  return <SpanList />;
}

function NothingFound({ query, range, go }: Omit<Search, "look"> & { go: (search: Partial<Search>) => void }) {
  const wider = widerWindow(range, fromMs(Date.now()));
  if (isStoreEmpty.value) {
    return (
      <div class="fill">
        <Blank
          title="No span has come yet"
          acts={
            <a class="btn btn-s" href="/">
              How to send the first one
            </a>
          }
        >
          The store is empty. Three commands bring the first span.
        </Blank>
      </div>
    );
  }
  return (
    <div class="fill">
      <Blank
        title="No span matches"
        acts={
          <>
            {wider ? (
              <button class="btn btn-s" type="button" onClick={() => go({ range: { window: wider.id } })}>
                {`Look at the ${wider.label.toLowerCase()}`}
              </button>
            ) : null}
            {query === "" ? null : (
              <button class="btn btn-s btn-quiet" type="button" onClick={() => go({ query: "" })}>
                Clear the search
              </button>
            )}
          </>
        }
      >
        {query === "" ? (
          "No span starts in this stretch of time."
        ) : (
          <>
            Nothing in this stretch of time for <code class="asked">{query}</code>.
          </>
        )}
      </Blank>
    </div>
  );
}
