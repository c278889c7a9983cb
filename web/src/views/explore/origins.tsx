/** Places in the code, by what they cost: the same search, put together by line, function or file. */

import { useEffect } from "preact/hooks";
import { type ExploreLook, ORIGIN_GROUPS, type OriginGroup } from "../../model/explore-look";
import { type OriginStats, searchOfPlace } from "../../model/groups";
import { shortFunction, splitPath } from "../../model/paths";
import { typesOf } from "../../model/places";
import * as state from "../../state/groups";
import { Diamond, FileAt } from "../glyphs";
import { Blank, ProblemBlank } from "../states";
import { GroupTable, StatsCells } from "./groups";
import { GroupSkeleton } from "./top";

interface OriginsProps {
  query: string;
  look: ExploreLook;
  onLook: (look: Partial<ExploreLook>) => void;
  /** To the spans of a place. */
  onOpen: (query: string) => void;
  onRetry: () => void;
}

const NAMES: Readonly<Record<OriginGroup, string>> = { line: "Line", function: "Function", file: "File" };

export function Origins({ query, look, onLook, onOpen, onRetry }: OriginsProps) {
  useEffect(() => state.followOrigins(look.group, look.sort), [look.group, look.sort]);
  const { value, problem, isCounting } = state.origins.value;
  if (problem) {
    return (
      <div class="fill">
        <ProblemBlank problem={problem} onRetry={onRetry} />
      </div>
    );
  }
  const places = (value ?? []).filter((place) => place.path !== "");
  if (value && places.length === 0 && !isCounting) {
    return (
      <div class="fill">
        <Blank title="No span here has an origin" testId="no-origins">
          Spans matched, and none of them says which line it came from. In the list of spans, why? says the reason.
        </Blank>
      </div>
    );
  }
  const mostNs = Math.max(0, ...places.map(({ totalNs }) => totalNs));
  return (
    <GroupTable
      label="Places in the code"
      head={
        <>
          <Diamond type="entry" />
          {NAMES[look.group]}
        </>
      }
      sort={look.sort}
      onSort={(sort) => onLook({ sort })}
      isOld={isCounting}
    >
      {value === null ? <GroupSkeleton /> : null}
      {places.map((place) => {
        const open = searchOfPlace(query, place, look.group);
        return (
          <div
            class="tr"
            role="row"
            key={`${place.path}:${place.line}:${place.function}`}
            data-testid="origin-row"
            onClick={() => onOpen(open)}
          >
            <span role="cell" class="origin-cell">
              <button class="origin" type="button" title={titleOf(place, look.group)}>
                <span class={`dias ${look.group === "line" ? "" : "is-wide"}`}>
                  {typesOf(place).map((type) => (
                    <Diamond key={type} type={type} />
                  ))}
                </span>
                <PlaceOf place={place} group={look.group} />
              </button>
            </span>
            <StatsCells stats={place} trend={place.trend} mostNs={mostNs} />
          </div>
        );
      })}
    </GroupTable>
  );
}

/** By line, function or file: that which the row is about is loud, the rest muted. */
function PlaceOf({ place, group }: { place: OriginStats; group: OriginGroup }) {
  const { directory, name } = splitPath(place.path);
  const fn = place.function ? shortFunction(place.function, place.path) : "";
  if (group === "function") {
    return (
      <>
        <span class="at">{fn === "" ? name : fn}</span>
        <span class="fn">
          {directory}
          {name}
        </span>
      </>
    );
  }
  return (
    <>
      {directory === "" ? null : <span class="dir">{directory}</span>}
      {group === "line" ? <FileAt name={name} line={place.line ?? 0} /> : <span class="at">{name}</span>}
      {group === "line" && fn !== "" ? <span class="fn">{fn}</span> : null}
    </>
  );
}

function titleOf(place: OriginStats, group: OriginGroup): string {
  const line = group === "line" ? `:${place.line}` : "";
  return `${place.path}${line}${group !== "file" && place.function ? `\n${place.function}` : ""}\nClick for its spans`;
}

/** Which of the groupings; stands in the bar of tools. */
export function OriginGroups({ look, onLook }: Pick<OriginsProps, "look" | "onLook">) {
  return (
    <div class="seg seg-s" role="group" aria-label="Put together by">
      {ORIGIN_GROUPS.map((group) => (
        <button
          type="button"
          key={group}
          aria-pressed={look.group === group}
          data-testid={`group-${group}`}
          onClick={() => onLook({ group })}
        >
          {NAMES[group]}
        </button>
      ))}
    </div>
  );
}
