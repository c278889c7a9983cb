/** Which repository and commit a preview comes from, and whether that is what ran. */

import type { Drift, Preview } from "../../model/span";
import { Icon } from "../glyphs";

export function CommitWords({ preview }: { preview: Preview }) {
  const { repository, commit, takenFrom, drift } = preview;
  return (
    <>
      <span class="row muted commit" title={commit === null ? "The span names no commit" : commit}>
        <Icon name="git" small />
        <span class="cut">
          {repository}
          {commit === null ? null : (
            <>
              @<code>{commit.slice(0, 7)}</code>
            </>
          )}
        </span>
      </span>
      {takenFrom === "working_copy" ? (
        <span class={preview.ran === "same" ? "badge" : "badge badge-stale"} title={workingTitle(preview)}>
          {preview.ran === "same" ? null : <Icon name="warn" />}
          working copy
        </span>
      ) : null}
      <Ran preview={preview} />
      {drift && drift.state !== "same" ? (
        <span
          class={`badge ${drift.state === "moved" ? "" : "badge-stale"}`}
          data-testid="drift"
          title={driftTitle(drift, preview)}
        >
          {driftWords(drift, preview.markedLine)}
        </span>
      ) : null}
      {preview.confidence === "certain" || preview.ran === "edited" ? null : (
        <span
          class={`badge ${preview.confidence === "weak" ? "badge-stale" : ""}`}
          data-testid="confidence"
          title={preview.why}
        >
          {preview.confidence === "weak" ? <Icon name="warn" /> : null}
          {preview.matched === "function" ? "by function" : preview.matched === "tail" ? "by file name" : "likely"}
        </span>
      )}
    </>
  );
}

const RAN_WORDS = { same: "same bytes", other_commit: "another commit's", edited: "edited before it ran" } as const;

/** What the process told of the file's content, against what is shown. */
function Ran({ preview: { ran, why } }: { preview: Preview }) {
  if (ran === null) return null;
  return (
    <span class={`badge ${ran === "same" ? "" : "badge-stale"}`} data-testid="ran" title={why}>
      <Icon name={ran === "same" ? "check" : "warn"} />
      {RAN_WORDS[ran]}
    </span>
  );
}

function workingTitle({ commit, ran }: Preview): string {
  if (ran === "same") return "The file was never committed as it ran; the working copy still has it so.";
  return commit === null
    ? "The span names no commit, so these lines come from the working copy. They may differ from what ran."
    : "The file has changes that were never committed, so these lines come from the working copy.";
}

function driftWords({ state, line }: Drift, then: number): string {
  if (state === "gone") return "file gone since";
  if (line === null) return "edited since";
  return `moved ${line > then ? "+" : "\u2212"}${Math.abs(line - then)} at HEAD`;
}

function driftTitle({ commit, state, line }: Drift, { path }: Preview): string {
  const now = `Commit ${commit.slice(0, 7)} is checked out now.`;
  if (state === "gone") return `${now} It has no ${path} any more.`;
  if (line === null) return `${now} This line was edited or taken out since the span's commit.`;
  return `${now} There this is line ${line}; editors are opened at that one.`;
}
