/** A row of a diff: a file's head, a line with what it cost before and after, or the border between two hunks. */

import type { DiffLine, DiffPlace, DiffRow } from "../../model/changes";
import { ALL_CODE } from "../../model/code-address";
import { counted, durationText, grouped } from "../../model/numbers";
import { splitPath } from "../../model/paths";
import { percent, type Red } from "../../model/places";
import type { TimeRange } from "../../model/time-range";
import { changeOf, isWorse } from "../../model/versions";
import * as state from "../../state/diff";
import { Duration, Icon } from "../glyphs";
import { codeLink } from "../links";
import { Tokens } from "../tokens";

interface RowProps {
  row: DiffRow;
  at: number;
  place: DiffPlace;
  range: TimeRange;
}

export function Row({ row, at, place, range }: RowProps) {
  const style = { "--at": at };
  switch (row.kind) {
    case "file":
      return <Head row={row} at={at} place={place} range={range} />;
    case "gap":
      return <div class="diff-row diff-gap" style={style} />;
    case "words":
      return (
        <p class="diff-row diff-words muted cut" style={style} title={row.words}>
          {row.words}
        </p>
      );
    case "line": {
      const { file, line } = row;
      return (
        <Line
          at={at}
          line={line}
          then={(line.old !== null && state.before.value?.get(file.oldPath)?.get(line.old)) || null}
          now={(line.new !== null && state.after.value?.get(file.path)?.get(line.new)) || null}
        />
      );
    }
  }
}

function Head({ row, at, place, range }: RowProps & { row: DiffRow & { kind: "file" } }) {
  const { file, hot, isOpen } = row;
  const { directory, name } = splitPath(file.path);
  const commit = file.kind === "deleted" ? place.base : place.head;
  return (
    <div class="diff-row diff-file" style={{ "--at": at }} data-testid="changed-file">
      <button
        type="button"
        class="row cut"
        aria-expanded={isOpen}
        title={file.kind === "renamed" ? `${file.oldPath}\n${file.path}` : file.path}
        onClick={() => state.setOpen(file.path, !isOpen)}
      >
        <Icon name="down" small />
        <span class="mono cut">
          <span class="muted">{directory}</span>
          <b>{name}</b>
        </span>
      </button>
      {file.kind === "changed" ? null : <span class="badge">{file.kind}</span>}
      {hot > 0 ? <span class="badge badge-entry">{counted(hot, "line")} with spans</span> : null}
      <span class="grow" />
      <span class="muted num" data-testid="changed-count">
        +{grouped(file.added)} {"\u2212"}
        {grouped(file.removed)}
      </span>
      <a class="link" href={codeLink({ ...ALL_CODE, repository: place.repository, commit, path: file.path }, range)}>
        whole file
      </a>
    </div>
  );
}

/** A line with its p95 and errors before and after. */
function Line({ at, line, then, now }: { at: number; line: DiffLine; then: Red | null; now: Red | null }) {
  const kind = line.old === null ? "is-added" : line.new === null ? "is-removed" : "";
  return (
    <div
      class={`ln diff-row diff-ln ${kind}`}
      style={{ "--at": at }}
      data-testid={then || now ? "changed-line" : undefined}
    >
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
    </div>
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
