/** The box that goes to a file of the repository, on `t`: by a few letters of its path; the hottest first while there are none. */

import { useState } from "preact/hooks";
import type { CodePlace } from "../../model/code-address";
import { findPaths, piecesOf } from "../../model/fuzzy";
import { splitPath } from "../../model/paths";
import type { TimeRange } from "../../model/time-range";
import * as state from "../../state/code-tree";
import { follow } from "../../state/route";
import { Chooser } from "../chooser";
import { Duration } from "../glyphs";
import { linkTo } from "./tree";

interface FinderProps {
  place: CodePlace;
  range: TimeRange;
  onClose: () => void;
}

const SHOWN = 40;

export function Finder({ place, range, onClose }: FinderProps) {
  const [words, setWords] = useState("");
  const paths = state.paths.value;
  const heat = state.heat.value;
  const found = findPaths(words, paths ?? [], (path) => heat.get(path)?.totalNs ?? 0, SHOWN);
  return (
    <Chooser
      name="Go to file"
      testId="finder"
      placeholder={`File of ${place.repository ?? "the repository"}`}
      words={words}
      onWords={setWords}
      items={found}
      keyOf={({ path }) => path}
      titleOf={({ path }) => path}
      draw={({ path, at }) => (
        <>
          <Hits path={path} at={at} />
          <span class="grow" />
          {heat.get(path) ? (
            <span class="num muted" title="Time of its spans in all">
              <Duration ns={heat.get(path)!.totalNs} />
            </span>
          ) : null}
        </>
      )}
      onTake={({ path }) => {
        onClose();
        follow(linkTo(path, place, range));
      }}
      onClose={onClose}
      nothing={
        paths
          ? `No file of ${place.repository ?? "it"} has these letters in this order.`
          : "The files are being listed."
      }
    />
  );
}

/** The path with the letters that were found in bold: its name is never cut, its folders are. */
function Hits({ path, at }: { path: string; at: readonly number[] }) {
  const { directory, name } = splitPath(path);
  const inName = at.filter((index) => index >= directory.length).map((index) => index - directory.length);
  return (
    <span class="mono row finder-path">
      <span class="cut muted">
        <Pieces text={directory} at={at} />
      </span>
      <span>
        <Pieces text={name} at={inName} />
      </span>
    </span>
  );
}

function Pieces({ text, at }: { text: string; at: readonly number[] }) {
  return (
    <>
      {piecesOf(text, at).map(([piece, isHit], index) =>
        isHit ? (
          <b class="hit" key={index}>
            {piece}
          </b>
        ) : (
          piece
        ),
      )}
    </>
  );
}
