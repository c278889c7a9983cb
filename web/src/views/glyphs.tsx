/** The small marks that every page is made of: icons, the diamond of an origin, a service's mark, numbers, badges. */

import { duration, exactDuration } from "../model/numbers";
import { shortFunction, splitPath } from "../model/paths";
import { hueVariable } from "../model/services";
import { type OriginType, type SpanStatus, statusText } from "../model/span";
import type { IconName } from "./sprite";

export function Icon({ name, small = false, class: extra = "" }: { name: IconName; small?: boolean; class?: string }) {
  return (
    <svg class={`i ${small ? "i-s" : ""} ${extra}`} aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}

/** The mark of code origin: full for an entry, hollow for an exit. */
export function Diamond({ type }: { type: OriginType }) {
  return (
    <svg class={`dia dia-${type}`} role="img" aria-label={`${type} origin`}>
      <use href="#dia" />
    </svg>
  );
}

export function ServiceMark({ hue }: { hue: number }) {
  return <i class="svc" style={{ "--hue": hueVariable(hue) }} />;
}

/** A duration with its unit muted, and exact in the tooltip. */
export function Duration({ ns }: { ns: number }) {
  const { value, unit } = duration(ns);
  return (
    <span title={exactDuration(ns)}>
      {value}
      {unit === "" ? null : <Unit>{unit}</Unit>}
    </span>
  );
}

export function Unit({ children }: { children: string }) {
  return (
    <>
      {"\u202f"}
      <span class="unit">{children}</span>
    </>
  );
}

interface Place {
  readonly path: string;
  readonly line: number;
  readonly function: string;
}

/** `app/` muted, `pay.py:88` loud and never cut, `pay` muted. Goes inside an element of class `origin`. */
export function PlaceWords({
  place,
  directory,
  fn = true,
}: {
  place: Place;
  /** Shown instead of the whole one, in lists where the file name nearly tells all. */
  directory?: string;
  fn?: boolean;
}) {
  const split = splitPath(place.path);
  const shown = directory ?? split.directory;
  return (
    <>
      {shown === "" ? null : <span class="dir">{shown}</span>}
      <FileAt name={split.name} line={place.line} />
      {fn && place.function !== "" ? <span class="fn">{shortFunction(place.function, place.path)}</span> : null}
    </>
  );
}

/** A name above this many characters may be cut, so it stands in an element of its own; rows of usual names have none. */
const LONG_NAME = 24;

/** `pay.py:88`. Where there is no room for a long name, the name is cut and the line is not. */
export function FileAt({ name, line }: { name: string; line: number }) {
  return name.length > LONG_NAME ? (
    <span class="at is-long">
      <span class="file">{name}</span>:{line}
    </span>
  ) : (
    <span class="at">
      {name}:{line}
    </span>
  );
}

/** What a place is in full, for a tooltip. */
export function placeTitle(place: Place): string {
  return `${place.path}:${place.line}${place.function === "" ? "" : `\n${place.function}`}`;
}

export function StatusBadge({ status, httpStatus }: { status: SpanStatus; httpStatus: number | null }) {
  if (status === "error") {
    return (
      <span class="badge badge-error">
        <Icon name="error" />
        {statusText(status, httpStatus)}
      </span>
    );
  }
  return httpStatus === null ? null : <span class="badge">{httpStatus}</span>;
}
