/** What changed between two commits, with what the changed lines cost before and after. */

import { useEffect, useState } from "preact/hooks";
import { type ChangedFile, countedLines, type DiffLine, type DiffPlace } from "../../model/changes";
import { ALL_CODE } from "../../model/code-address";
import { counted, durationText } from "../../model/numbers";
import { splitPath } from "../../model/paths";
import { percent, type Red } from "../../model/places";
import type { TimeRange } from "../../model/time-range";
import { changeOf, isWorse } from "../../model/versions";
import * as state from "../../state/diff";
import { goBack, navigate } from "../../state/route";
import { TimeMenu } from "../explore/time-menu";
import { Frame } from "../frame";
import { Duration, Icon } from "../glyphs";
import { useKeys } from "../keys";
import { codeLink } from "../links";
import { Blank, ProblemBlank, Skeleton } from "../states";
import { Tokens } from "../tokens";

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
        <span>
          <kbd>t</kbd>time
        </span>
      }
      facts={<Facts />}
    >
      <main class="scroll diff">
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
  const files = changes.files
    .map((file) => ({
      file,
      hot: countedLines(file, state.before.value?.get(file.oldPath), state.after.value?.get(file.path)),
    }))
    .sort((a, b) => b.hot - a.hot);
  return (
    <>
      <p class="diff-head label" aria-hidden="true">
        <span class="num">p95 before</span>
        <span class="num">after</span>
        <span class="num">change</span>
      </p>
      {files.map(({ file, hot }) => (
        <File key={file.path} file={file} hot={hot} place={place} range={range} />
      ))}
      {changes.isWhole ? null : <p class="section muted">More files differ than are shown.</p>}
    </>
  );
}

const LONG = 400;

function File({ file, hot, place, range }: { file: ChangedFile; hot: number; place: DiffPlace; range: TimeRange }) {
  const { directory, name } = splitPath(file.path);
  const size = file.hunks.reduce((sum, hunk) => sum + hunk.length, 0);
  const commit = file.kind === "deleted" ? place.base : place.head;
  return (
    <details class="changed" open={hot > 0 || size <= LONG} data-testid="changed-file">
      <summary>
        <Icon name="down" small />
        <span class="mono cut" title={file.kind === "renamed" ? `${file.oldPath}\n${file.path}` : file.path}>
          <span class="muted">{directory}</span>
          <b>{name}</b>
        </span>
        {file.kind === "changed" ? null : <span class="badge">{file.kind}</span>}
        {hot > 0 ? <span class="badge badge-entry">{counted(hot, "line")} with spans</span> : null}
      </summary>
      <a
        class="link whole-file"
        href={codeLink({ ...ALL_CODE, repository: place.repository, commit, path: file.path }, range)}
      >
        whole file
      </a>
      {file.reason === null ? null : <p class="section muted">{file.reason}</p>}
      {file.hunks.map((hunk, index) => (
        <ol class="code hunk" key={index}>
          {hunk.map((line) => (
            <Line
              key={`${line.old} ${line.new}`}
              line={line}
              then={(line.old !== null && state.before.value?.get(file.oldPath)?.get(line.old)) || null}
              now={(line.new !== null && state.after.value?.get(file.path)?.get(line.new)) || null}
            />
          ))}
        </ol>
      ))}
    </details>
  );
}

/** A line with its p95 and errors before and after. */
function Line({ line, then, now }: { line: DiffLine; then: Red | null; now: Red | null }) {
  const kind = line.old === null ? "is-added" : line.new === null ? "is-removed" : "";
  return (
    <li class={`ln diff-ln ${kind}`} data-testid={then || now ? "changed-line" : undefined}>
      <Cost red={then} when="before" />
      <Cost red={now} when="after" />
      <span class={`num ${then && now && isWorse(now.p95Ns, then.p95Ns) ? "is-slow" : "muted"}`}>
        {then && now ? (changeOf(now.p95Ns, then.p95Ns) ?? "") : ""}
      </span>
      <span class="no">{line.old}</span>
      <span class="no">{line.new}</span>
      <span class="sign" role="img" aria-label={line.old === null ? "added" : line.new === null ? "removed" : "same"}>
        {line.old === null ? "+" : line.new === null ? "\u2212" : ""}
      </span>
      <pre>
        <Tokens tokens={line.tokens} />
      </pre>
    </li>
  );
}

function Cost({ red, when }: { red: Red | null; when: string }) {
  if (!red) return <span />;
  return (
    <span
      class={`num ${red.errors > 0 ? "is-error" : ""}`}
      title={`${counted(red.count, "span")} ${when}, ${percent(red.errorRate)} failed, p50 ${durationText(red.p50Ns)}`}
      data-testid={`cost-${when}`}
    >
      <Duration ns={red.p95Ns} />
    </span>
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
