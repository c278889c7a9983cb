/** The explorer: what was asked, which line of code answered, how long it took. One row a span, newest first. */

import { useEffect, useRef, useState } from "preact/hooks";
import { askedOf, isPlain, readColumns } from "../../model/columns";
import type { ExploreLook, ExploreView } from "../../model/explore-look";
import { counted, durationText } from "../../model/numbers";
import { curlCommand } from "../../model/outward";
import type { Span } from "../../model/span";
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
import { lazily } from "../lazily";
import { Menu } from "../menu";
import { Blank, ProblemBlank } from "../states";
import { ViewsButton } from "../views-button";
import { DeployWords } from "./deploys";
import { Facets } from "./facets";
import { SpanList } from "./list";
import { LiveButton } from "./live";
import { OverTime } from "./overview";
import { SearchBox, SearchProblem } from "./search-box";
import { SmallWords } from "./small-words";
import { TakeMenu } from "./take-menu";
import { TimeMenu } from "./time-menu";
import { Tools } from "./tools";

const Heat = lazily(() => import("./heat").then((file) => file.Heat), null);
const Origins = lazily(() => import("./origins").then((file) => file.Origins), null);
const OriginGroups = lazily(() => import("./origins").then((file) => file.OriginGroups), null);
const SeriesTable = lazily(() => import("./series").then((file) => file.SeriesTable), null);
const Top = lazily(() => import("./top").then((file) => file.Top), null);
const TopField = lazily(() => import("./top").then((file) => file.TopField), null);
const Drawer = lazily(() => import("./drawer").then((file) => file.Drawer), <aside class="side-right" />);
const ColumnsMenu = lazily(() => import("./columns-menu").then((file) => file.ColumnsMenu), null);

/** The keys that belong to a view alone. */
const VIEW_KEYS: Readonly<Record<ExploreView, ReadonlyArray<readonly [key: string, words: string]>>> = {
  spans: [
    ["j k", "move"],
    ["Enter", "trace"],
    ["Space", "look"],
  ],
  origins: [["Tab Enter", "to a place's spans"]],
  top: [["Tab Enter", "to a group's spans"]],
  series: [["Tab Enter", "to a group's spans"]],
  heat: [
    ["\u2190 \u2191 \u2192 \u2193", "move the box"],
    ["Shift", "size it"],
    ["Enter", "compare"],
  ],
};

interface Search {
  query: string;
  range: TimeRange;
  look: ExploreLook;
}

export function ExplorePage({ query, range, look }: Search) {
  const field = useRef<HTMLInputElement>(null);
  const [isChoosingTime, setIsChoosingTime] = useState(false);
  const columns = readColumns(look.cols);
  const fields = askedOf(columns).join();
  useEffect(() => explorer.showSearch(query, range, look.scope, askedOf(columns)), [query, range, look.scope, fields]);
  useEffect(() => explorer.pause, []);
  useKeys({
    "/": () => field.current?.select(),
    r: explorer.refresh,
    t: () => setIsChoosingTime(true),
    // As on the pages of code, where t goes to a file.
    T: () => setIsChoosingTime(true),
    l: () => onLive(),
    p: () => {
      if (look.live === "on") pauseLive();
    },
    f: () => facets.showFacets(!facets.isShown.value),
    "1": () => onLook({ view: "spans" }),
    "2": () => onLook({ view: "origins" }),
    "3": () => onLook({ view: "top" }),
    "4": () => onLook({ view: "heat" }),
    "5": () => onLook({ view: "series" }),
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
  const onPeek = (span: Span | null) => {
    const peek = span ? `${span.traceId}-${span.spanId}` : "";
    navigate({ name: "explore", query, range, look: { ...look, peek } }, "replace");
  };
  const hasDrawer = look.peek !== "" && look.view === "spans";
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
          {isBadQuery ? (
            <SearchProblem query={query} problem={problem} onFix={(text) => go({ query: text })} />
          ) : (
            <SmallWords query={query} onFix={(text) => go({ query: text })} />
          )}
        </>
      }
      keys={
        <>
          {VIEW_KEYS[look.view].map(([key, words]) => (
            <span key={key}>
              <kbd>{key}</kbd>
              {words}
            </span>
          ))}
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
      <main class={`cols ${facets.isShown.value ? "has-facets" : ""} ${hasDrawer ? "has-drawer" : ""}`}>
        {facets.isShown.value ? <Facets query={query} onSearch={(text) => go({ query: text })} /> : null}
        <section class="results" aria-label="Results">
          <Tools look={look} onLook={onLook}>
            {explorer.rows.value.length > 0 && !isBadQuery ? <DeployWords /> : null}
            {look.view === "origins" ? <OriginGroups look={look} onLook={onLook} /> : null}
            {look.view === "top" || look.view === "series" ? <TopField look={look} onLook={onLook} /> : null}
            {look.view === "spans" ? (
              <Menu testId="columns-menu" class="btn-s btn-quiet" label="Columns" opens="dialog">
                {(close) => (
                  <ColumnsMenu
                    columns={columns}
                    onColumns={(wanted) => onLook({ cols: isPlain(wanted) ? "" : wanted.join() })}
                    onClose={close}
                  />
                )}
              </Menu>
            ) : null}
            <ViewsButton class="btn-s btn-quiet" label="Views" />
            <TakeMenu
              asked={explorer.question.value}
              command={(asked) => curlCommand(location.origin, asked)}
              of="search"
              class="btn-s btn-quiet"
            />
          </Tools>
          {explorer.rows.value.length > 0 && !isBadQuery ? (
            <OverTime onRange={(chosen) => go({ range: chosen })} />
          ) : null}
          <Results query={query} range={range} look={look} go={go} columns={columns} onPeek={onPeek} />
        </section>
        {hasDrawer ? <Drawer peek={look.peek} onClose={() => onPeek(null)} /> : null}
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

interface ResultsProps extends Search {
  go: (search: Partial<Search>) => void;
  columns: readonly string[];
  onPeek: (span: Span | null) => void;
}

function Results({ query, range, look, go, columns, onPeek }: ResultsProps) {
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
  if (look.view === "series") return <SeriesTable {...counting} onRange={(chosen) => go({ range: chosen })} />;
  if (look.view === "heat") return <Heat query={query} onSearch={go} onRetry={explorer.refresh} />;
  return <SpanList columns={columns} peek={look.peek === "" ? null : look.peek} onPeek={onPeek} />;
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
