/** The repository's files beside the source, each with its share of the time. Only rows in view are in the page. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { ALL_CODE, type CodePlace } from "../../model/code-address";
import { type FileHeat, hottestFiles, type TreeRow, treeRows } from "../../model/heat-tree";
import { durationText } from "../../model/numbers";
import { splitPath } from "../../model/paths";
import { heat } from "../../model/places";
import type { TimeRange } from "../../model/time-range";
import { rowsInView, scrollToShow } from "../../model/virtual";
import * as state from "../../state/code-tree";
import { Duration, Icon } from "../glyphs";
import { lazily } from "../lazily";
import { codeLink } from "../links";
import { Blank, LookFurther, ProblemBlank, Skeleton } from "../states";
import { pixels, useViewport } from "../viewport";

const NoRepository = lazily(() => import("./no-repository").then((file) => file.NoRepository), null);

interface TreeProps {
  place: CodePlace;
  range: TimeRange;
}

export function FileTree({ place, range }: TreeProps) {
  const scroller = useRef<HTMLElement>(null);
  const viewport = useViewport(scroller);
  const rowHeight = pixels("--row");
  const rows = treeRows(state.paths.value ?? [], state.heat.value, state.unfolded.value);
  const most = Math.max(0, ...rows.filter(({ depth }) => depth === 0).map(({ totalNs }) => totalNs));
  const current = rows.findIndex(({ path }) => path === place.path);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || current < 0) return;
    element.scrollTop = scrollToShow(current, element.scrollTop, element.clientHeight, rowHeight, "middle");
  }, [place.path, state.paths.value]);
  const { first, end } = rowsInView(viewport.value.scrollTop, viewport.value.height, rowHeight, rows.length);
  return (
    <nav class="scroll file-tree only-wide" ref={scroller} aria-label="Files, by time spent" data-testid="file-tree">
      <ol class="file-rows" style={{ "--rows": rows.length }}>
        {rows.slice(first, end).map((row, index) => (
          <li class="file-at" key={row.path} style={{ "--at": first + index }}>
            <Row row={row} most={most} isCurrent={row.path === place.path} href={linkTo(row.path, place, range)} />
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Row({ row, most, isCurrent, href }: { row: TreeRow; most: number; isCurrent: boolean; href: string }) {
  const isOpen = state.unfolded.value.has(row.path);
  const words = (
    <>
      {row.isFolder ? <Icon name={isOpen ? "down" : "right"} small /> : <span />}
      <span class="cut">{row.name}</span>
      <span class="meter">{row.totalNs > 0 ? <i style={{ "--v": heat(row.totalNs, most) }} /> : null}</span>
    </>
  );
  const look = { class: `file-row ${isCurrent ? "is-selected" : ""}`, style: { "--depth": row.depth } };
  const title = row.totalNs > 0 ? `${row.path}\n${durationText(row.totalNs)} in all` : row.path;
  return row.isFolder ? (
    <button
      {...look}
      type="button"
      title={title}
      aria-expanded={isOpen}
      onClick={() => state.setUnfolded(row.path, !isOpen)}
    >
      {words}
    </button>
  ) : (
    <a {...look} title={title} aria-current={isCurrent ? "page" : undefined} href={href}>
      {words}
    </a>
  );
}

const SHOWN = 20;

/** What stands in the place of a file while none is chosen: the ones worth choosing. */
export function HottestFiles({ place, range }: TreeProps) {
  const problem = state.problem.value;
  if (problem) return <ProblemBlank problem={problem} onRetry={() => state.openTree(place, range)} />;
  if (place.repository === null) return <Repositories range={range} />;
  if (!state.paths.value) return <Skeleton share={0.5} />;
  if (state.paths.value.length === 0) {
    return (
      <Blank title="No file yet">
        git tracks no file of {place.repository} here. Commit one, and reload this page.
      </Blank>
    );
  }
  const hottest = hottestFiles(state.heat.value, SHOWN);
  if (hottest.length === 0) {
    return (
      <Blank
        title="No span of these files"
        acts={<LookFurther range={range} linkTo={(wider) => codeLink(place, wider)} />}
      >
        None started in them in this stretch of time. Every file can be opened all the same.
      </Blank>
    );
  }
  return (
    <section class="scroll hottest" data-testid="hottest-files">
      <h2 class="title">Where the time goes</h2>
      <ol>
        {hottest.map(([path, file]) => (
          <li key={path}>
            <HotFile path={path} file={file} most={hottest[0]![1].totalNs} href={linkTo(path, place, range)} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function HotFile({ path, file, most, href }: { path: string; file: FileHeat; most: number; href: string }) {
  const { directory, name } = splitPath(path);
  return (
    <a class="hot-file" href={href}>
      <span class="mono cut">
        <span class="muted">{directory}</span>
        {name}
      </span>
      <span class="is-error">{file.errors > 0 ? `${file.errors} failed` : ""}</span>
      <span class="meter">
        <i style={{ "--v": file.totalNs / most }} />
      </span>
      <span class="num">
        <Duration ns={file.totalNs} />
      </span>
    </a>
  );
}

function Repositories({ range }: { range: TimeRange }) {
  const names = state.repositories.value;
  if (!names) return <Skeleton share={0.5} />;
  if (names.length === 0) return <NoRepository />;
  return (
    <section class="scroll hottest">
      <h2 class="title">Repositories</h2>
      <ol>
        {names.map((name) => (
          <li key={name}>
            <a class="hot-file" href={codeLink({ ...ALL_CODE, repository: name }, range)}>
              <span class="row">
                <Icon name="git" small />
                <span class="mono cut" title={name}>
                  {name}
                </span>
              </span>
            </a>
          </li>
        ))}
      </ol>
      <p class="muted under">
        Each opens as a tree of its files, with the time that production spends in them.{" "}
        <a class="link" href="/settings#repositories">
          Add another
        </a>
      </p>
    </section>
  );
}

/** The address of a file of the repository, with the name that spans have for it. */
export function linkTo(path: string, place: CodePlace, range: TimeRange): string {
  const as = state.heat.value.get(path)?.as ?? null;
  return codeLink({ ...place, path, line: null, as, service: null }, range);
}
