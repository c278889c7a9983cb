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
        <span
          class="badge badge-stale"
          title={
            commit === null
              ? "The span names no commit, so these lines come from the working copy. They may differ from what ran."
              : "The file has changes that were never committed, so these lines come from the working copy."
          }
        >
          <Icon name="warn" />
          working copy
        </span>
      ) : null}
      {drift && drift.state !== "same" ? (
        <span
          class={`badge ${drift.state === "moved" ? "" : "badge-stale"}`}
          data-testid="drift"
          title={driftTitle(drift, preview)}
        >
          {driftWords(drift, preview.markedLine)}
        </span>
      ) : null}
      {preview.confidence === "certain" ? null : (
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
