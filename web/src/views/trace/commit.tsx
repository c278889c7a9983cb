/** Which repository and commit a preview comes from, and whether that is what ran. */

import type { Preview } from "../../model/span";
import { Icon } from "../glyphs";

export function CommitWords({ preview }: { preview: Preview }) {
  const { repository, commit, takenFrom } = preview;
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
      {preview.matched === "tail" ? (
        <span
          class="badge badge-stale"
          title={`Only the end of the span's path agrees with ${preview.path}; the span names no root to compare the rest with.`}
        >
          <Icon name="warn" />
          by file name
        </span>
      ) : null}
    </>
  );
}
