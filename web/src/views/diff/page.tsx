/** What changed between two commits, with what the changed lines cost before and after. */

import { useEffect, useState } from "preact/hooks";
import type { DiffPlace } from "../../model/changes";
import { ALL_CODE } from "../../model/code-address";
import { counted } from "../../model/numbers";
import type { TimeRange } from "../../model/time-range";
import * as state from "../../state/diff";
import { goBack, navigate } from "../../state/route";
import { TimeMenu } from "../explore/time-menu";
import { Frame } from "../frame";
import { Icon } from "../glyphs";
import { useKeys } from "../keys";
import { codeLink } from "../links";
import { Blank, ProblemBlank, Skeleton } from "../states";
import { DiffList } from "./list";

export function DiffPage({ place, range }: { place: DiffPlace; range: TimeRange }) {
  const [isChoosingTime, setIsChoosingTime] = useState(false);
  const open = () => void state.openDiff(place, range);
  useEffect(open, [place, range]);
  useKeys({ t: () => setIsChoosingTime(true), r: open, Escape: goBack });
  const go = (to: Partial<DiffPlace>, over = range) =>
    navigate({ name: "diff", place: { ...place, ...to }, range: over }, "replace");
  return (
    <Frame
      title={`Changes of ${place.repository}`}
      class="diff-page"
      bars={
        <div class="bar">
          <h1 class="row crumbs cut">
            <Icon name="git" small />
            <a class="mono cut" href={codeLink({ ...ALL_CODE, repository: place.repository }, range)}>
              {place.repository}
            </a>
          </h1>
          <CommitChoice name="base" commit={place.base} onChoose={(base) => go({ base })} />
          <span class="muted">to</span>
          <CommitChoice name="head" commit={place.head} onChoose={(head) => go({ head })} />
          <span class="grow" />
          <TimeMenu
            range={range}
            isOpen={isChoosingTime}
            onToggle={setIsChoosingTime}
            onChoose={(chosen) => go({}, chosen)}
          />
        </div>
      }
      keys={
        <>
          <span>
            <kbd>j</kbd>
            <kbd>k</kbd>files
          </span>
          <span>
            <kbd>]</kbd>
            <kbd>[</kbd>lines with spans
          </span>
          <span>
            <kbd>t</kbd>time
          </span>
        </>
      }
      facts={<Facts />}
    >
      <main class="diff">
        <Body place={place} range={range} onRetry={open} />
      </main>
    </Frame>
  );
}

function CommitChoice({
  name,
  commit,
  onChoose,
}: {
  name: "base" | "head";
  commit: string | null;
  onChoose: (commit: string) => void;
}) {
  const commits = state.commits.value ?? [];
  const known = commits.find((one) => commit !== null && one.commit.startsWith(commit));
  return (
    <select
      class="btn btn-s select"
      aria-label={name === "base" ? "Commit before" : "Commit after"}
      data-testid={`choose-${name}`}
      value={known?.commit ?? commit ?? ""}
      onChange={(event) => onChoose(event.currentTarget.value)}
    >
      {commit === null ? <option value="">choose a commit</option> : null}
      {commit !== null && !known ? <option value={commit}>{commit.slice(0, 7)}</option> : null}
      {commits.map((one) => (
        <option key={one.commit} value={one.commit}>
          {one.commit.slice(0, 7)} {one.subject}
        </option>
      ))}
    </select>
  );
}

function Body({ place, range, onRetry }: { place: DiffPlace; range: TimeRange; onRetry: () => void }) {
  const problem = state.problem.value;
  if (problem) {
    return problem.kind === "missing" ? (
      <Blank title="Not to be compared" testId="not-found">
        {problem.message}
      </Blank>
    ) : (
      <ProblemBlank problem={problem} onRetry={onRetry} />
    );
  }
  if (place.base === null || place.head === null) {
    return <Blank title="Two commits">Choose the commit before and the commit after.</Blank>;
  }
  const changes = state.changes.value;
  if (!changes) {
    return (
      <div class="section">
        <Skeleton share={0.4} />
      </div>
    );
  }
  if (changes.files.length === 0) return <Blank title="No difference">Both commits have the same files.</Blank>;
  return (
    <>
      <DiffList place={place} range={range} />
      {changes.isWhole ? null : <p class="section muted">More files differ than are shown.</p>}
    </>
  );
}

function Facts() {
  const changes = state.changes.value;
  if (!changes) return null;
  return (
    <span data-testid="facts">
      {counted(changes.files.length, "file")} changed
      {state.after.value ? "" : ", spans are being counted"}
    </span>
  );
}
