/** A top list: the search put together by any field, each value with rate, errors, duration and trend. */

import { useEffect, useId } from "preact/hooks";
import type { ExploreLook } from "../../model/explore-look";
import { facetLabel } from "../../model/facets";
import { searchOfGroup } from "../../model/groups";
import { hues } from "../../state/explorer";
import * as facets from "../../state/facets";
import * as state from "../../state/groups";
import { ServiceMark } from "../glyphs";
import { Blank, ProblemBlank, Skeleton } from "../states";
import { GroupTable, StatsCells } from "./groups";

interface TopProps {
  query: string;
  look: ExploreLook;
  onLook: (look: Partial<ExploreLook>) => void;
  onOpen: (query: string) => void;
  onRetry: () => void;
}

const FIELDS = ["resource", "service", "name", "status", "http_status", "kind", "env", "version", "commit"];

export function Top({ query, look, onLook, onOpen, onRetry }: TopProps) {
  useEffect(() => state.followTop(look.by, look.sort), [look.by, look.sort]);
  const { value: groups, problem, isCounting } = state.top.value;
  if (problem) {
    return (
      <div class="fill">
        <ProblemBlank problem={problem} onRetry={onRetry} />
      </div>
    );
  }
  if (groups?.length === 0 && !isCounting) {
    return (
      <div class="fill">
        <Blank title="No span matches">Nothing in this stretch of time, so nothing to put together.</Blank>
      </div>
    );
  }
  const mostNs = Math.max(0, ...(groups ?? []).map(({ totalNs }) => totalNs));
  return (
    <GroupTable
      label={`Spans by ${facetLabel(look.by)}`}
      head={facetLabel(look.by)}
      sort={look.sort}
      onSort={(sort) => onLook({ sort })}
      isOld={isCounting}
    >
      {groups === null ? <GroupSkeleton /> : null}
      {(groups ?? []).map((group) => (
        <div
          class="tr"
          role="row"
          key={group.value}
          data-testid="top-row"
          onClick={() => onOpen(searchOfGroup(query, look.by, group.value))}
        >
          <span role="cell" class="row">
            {look.by === "service" && group.value !== "" ? <ServiceMark hue={hues.of(group.value)} /> : null}
            <button class={`cut ${group.value === "" ? "muted" : ""}`} type="button" title={group.value || "none"}>
              {group.value || "none"}
            </button>
          </span>
          <StatsCells stats={group} trend={group.trend} mostNs={mostNs} />
        </div>
      ))}
    </GroupTable>
  );
}

/** Which field; any name may be typed, those known are proposed. Stands in the bar of tools. */
export function TopField({ look, onLook }: Pick<TopProps, "look" | "onLook">) {
  const list = useId();
  const known = [...new Set([...FIELDS, ...facets.added.value])];
  return (
    <label class="row">
      <span class="muted">by</span>
      <span class="field field-s">
        <input
          class="by"
          type="text"
          list={list}
          data-testid="top-by"
          aria-label="Put together by"
          spellcheck={false}
          autocomplete="off"
          value={look.by}
          onChange={(event) => onLook({ by: event.currentTarget.value.trim() || "resource" })}
        />
      </span>
      <datalist id={list}>
        {known.map((field) => (
          <option value={field} key={field} />
        ))}
      </datalist>
    </label>
  );
}

export function GroupSkeleton() {
  return (
    <div aria-hidden="true">
      {[0.6, 0.8, 0.5, 0.7, 0.4, 0.6].map((share, index) => (
        <div class="tr" key={index}>
          <Skeleton share={share} />
        </div>
      ))}
    </div>
  );
}
