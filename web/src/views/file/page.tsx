/** A file as production runs it: every line with how often, how often wrong, how slow, and how much time in all. */

import { useLayoutEffect, useState } from "preact/hooks";
import type { Page } from "../../model/address";
import { ALL_CODE, CODE_LENSES, type CodeLens, type CodePlace } from "../../model/code-address";
import { counted, grouped } from "../../model/numbers";
import { splitPath } from "../../model/paths";
import { nextHot } from "../../model/places";
import type { TimeRange } from "../../model/time-range";
import * as state from "../../state/code";
import { openTree } from "../../state/code-tree";
import { navigate } from "../../state/route";
import { TimeMenu } from "../explore/time-menu";
import { Frame } from "../frame";
import { Icon } from "../glyphs";
import { useKeys } from "../keys";
import { lazily } from "../lazily";
import { codeLink, diffLink } from "../links";
import { Blank, ProblemBlank } from "../states";
import { Against, Cold } from "./compare";
import { LineInspector } from "./inspector";
import { SourceTable } from "./source";
import { FileTree, HottestFiles } from "./tree";

const Finder = lazily(() => import("./finder").then((file) => file.Finder), null);

interface CodePageProps {
  place: CodePlace;
  range: TimeRange;
}

const LENS_WORDS: Readonly<Record<CodeLens, readonly [string, string]>> = {
  total: ["Total", "All spans, with the time in all"],
  self: ["Self", "All spans, without the time of what they call"],
  entry: ["Entries", "Only where requests come in"],
  exit: ["Exits", "Only where calls go out"],
};

export function CodePage({ place, range }: CodePageProps) {
  const [isChoosingTime, setIsChoosingTime] = useState(false);
  const [isFinding, setIsFinding] = useState(false);
  const go = (to: Partial<CodePlace>, over: TimeRange = range, how: "push" | "replace" = "replace") =>
    navigate({ name: "code", place: { ...place, ...to }, range: over } satisfies Page, how);
  // Asked for before the empty page is painted, not after.
  useLayoutEffect(() => {
    openTree(place, range, place.path === null ? undefined : state.openFile(place, range));
  }, [place, range]);
  const isFile = place.path !== null;
  const select = (line: number | null) => go({ line });
  const hop = (by: 1 | -1) => {
    const to = nextHot(state.hot.value, place.line, by);
    if (to !== null) select(to);
  };
  const step = (by: number) => {
    const count = state.file.value?.lines.length ?? 0;
    select(place.line === null ? 1 : Math.max(1, Math.min(count, place.line + by)));
  };
  useKeys({
    "]": () => hop(1),
    "[": () => hop(-1),
    j: () => step(1),
    k: () => step(-1),
    l: () => go({ lens: CODE_LENSES[(CODE_LENSES.indexOf(place.lens) + 1) % CODE_LENSES.length]! }),
    t: () => {
      if (place.repository !== null) setIsFinding(true);
    },
    T: () => setIsChoosingTime(true),
    r: () => state.recount(place, range),
    Escape: () => (place.line === null ? history.back() : select(null)),
  });
  const file = isFile ? state.file.value : null;
  const problem = isFile ? state.problem.value : null;
  return (
    <Frame
      title={place.path === null ? "Code" : splitPath(place.path).name}
      class="code-page"
      bars={
        <div class="bar">
          <Crumbs place={place} />
          {file?.takenFrom === "working_copy" && place.commit !== null ? (
            <span
              class="badge badge-stale"
              title="The file has changes that were never committed; it is shown with them."
            >
              <Icon name="warn" />
              working copy
            </span>
          ) : null}
          {isFile && place.service !== null ? (
            <button
              class="pill"
              type="button"
              data-testid="of-service"
              title={`Only spans of ${place.service} are counted: its processes call this file ${place.as}, and those of other services may call another file so. Click to count all.`}
              onClick={() => go({ service: null })}
            >
              only <b class="cut">{place.service}</b>
              <Icon name="x" small />
            </button>
          ) : null}
          {place.repository === null ? null : (
            <button
              class="btn btn-s btn-quiet"
              type="button"
              data-testid="finder-button"
              title="Go to a file of this repository (t)"
              onClick={() => setIsFinding(true)}
            >
              <Icon name="search" />
              <span class="only-wide">Go to file</span>
            </button>
          )}
          <span class="grow" />
          {file ? <Cold onSelect={select} /> : null}
          {isFile || place.repository === null ? null : (
            <a
              class="btn btn-s"
              data-testid="compare-commits"
              href={diffLink({ repository: place.repository, base: null, head: null }, range)}
            >
              Compare commits
            </a>
          )}
          <span class="seg seg-s" title="What is counted (l)" hidden={!isFile}>
            {CODE_LENSES.map((lens) => (
              <button
                key={lens}
                type="button"
                data-testid={`lens-${lens}`}
                aria-pressed={place.lens === lens}
                title={LENS_WORDS[lens][1]}
                onClick={() => go({ lens })}
              >
                {LENS_WORDS[lens][0]}
              </button>
            ))}
          </span>
          {file ? <Against place={place} range={range} onChoose={(against) => go({ against })} /> : null}
          {place.commit === null ? null : (
            <span class="seg seg-s only-wide">
              <button type="button" aria-pressed={!place.ofAll} onClick={() => go({ ofAll: false })}>
                This commit
              </button>
              <button
                type="button"
                aria-pressed={place.ofAll}
                title="Count the spans of every commit. Lines may have moved between them."
                onClick={() => go({ ofAll: true })}
              >
                All commits
              </button>
            </span>
          )}
          <TimeMenu
            hotkey="T"
            range={range}
            isOpen={isChoosingTime}
            onToggle={setIsChoosingTime}
            onChoose={(chosen) => go({}, chosen)}
          />
        </div>
      }
      keys={
        <>
          {isFile ? (
            <>
              <span>
                <kbd>]</kbd>next hot line
              </span>
              <span>
                <kbd>j k</kbd>line
              </span>
              <span>
                <kbd>l</kbd>lens
              </span>
            </>
          ) : null}
          {place.repository === null ? null : (
            <span>
              <kbd>t</kbd>go to file
            </span>
          )}
          <span>
            <kbd>?</kbd>all keys
          </span>
        </>
      }
      facts={file ? <Facts place={place} /> : null}
    >
      <main
        class={`cols ${place.repository === null ? "" : "has-tree"} ${place.line === null || !isFile ? "" : "has-panel"}`}
      >
        {place.repository === null ? null : <FileTree place={place} range={range} />}
        {problem ? (
          <div class="fill">
            {problem.kind === "missing" ? (
              <Blank
                title="Not to be shown"
                testId="not-found"
                acts={
                  <>
                    <a class="btn btn-s" href="/code">
                      All repositories
                    </a>
                    <a class="btn btn-s btn-quiet" href="/settings#repositories">
                      Add one
                    </a>
                  </>
                }
              >
                {problem.message}
              </Blank>
            ) : (
              <ProblemBlank problem={problem} onRetry={() => state.retryFile(place, range)} />
            )}
          </div>
        ) : !isFile ? (
          <HottestFiles place={place} range={range} />
        ) : (
          <SourceTable selected={place.line} lens={place.lens} isCompared={place.against !== null} onSelect={select} />
        )}
        {isFinding ? <Finder place={place} range={range} onClose={() => setIsFinding(false)} /> : null}
        {place.line === null || !isFile || problem ? null : (
          <LineInspector place={place} range={range} line={place.line} onHop={hop} onClose={() => select(null)} />
        )}
      </main>
    </Frame>
  );
}

function Crumbs({ place }: { place: CodePlace }) {
  const { directory, name } = splitPath(place.path ?? "");
  return (
    <h1 class="row crumbs" title={`${place.repository ?? "Code"}${place.path === null ? "" : ` ${place.path}`}`}>
      <Icon name="git" small />
      <a class="mono muted cut" href={codeLink({ ...ALL_CODE, repository: place.repository, commit: place.commit })}>
        {place.repository ?? "Code"}
        {place.commit === null ? null : `@${place.commit.slice(0, 7)}`}
      </a>
      {place.path === null ? null : (
        <>
          <span class="mono cut muted dir">{directory}</span>
          <b class="mono cut">{name}</b>
        </>
      )}
    </h1>
  );
}

function Facts({ place }: { place: CodePlace }) {
  const { lines, countProblem } = state;
  if (countProblem.value) return <span class="is-error">Spans could not be counted: {countProblem.value.message}</span>;
  if (!lines.value) return <span>counting…</span>;
  const of = place.commit !== null && !place.ofAll ? " of this commit" : "";
  return (
    <span data-testid="facts">
      {counted(state.file.value?.lines.length ?? 0, "line")}, {grouped(lines.value.size)} with spans
      {of}
    </span>
  );
}
