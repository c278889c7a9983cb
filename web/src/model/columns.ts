/** The columns of the list of spans: those it has by itself, and any field as one more. They live in the address. */

import { facetLabel } from "./facets";

export const OWN_COLUMNS = [
  "time",
  "service",
  "resource",
  "origin",
  "source",
  "duration",
  "status",
  "kind",
  "name",
] as const;
export type OwnColumn = (typeof OWN_COLUMNS)[number];

export const PLAIN_COLUMNS: readonly string[] = [
  "time",
  "service",
  "resource",
  "origin",
  "source",
  "duration",
  "status",
];
/** So many fields the server reads beside a list. */
export const FIELDS_MOST = 7;

const LABELS: Readonly<Record<OwnColumn, string>> = {
  time: "Time",
  service: "Service",
  resource: "Resource",
  origin: "Code origin",
  source: "Source line",
  duration: "Duration",
  status: "Status",
  kind: "Kind",
  name: "Name",
};

export function isOwn(column: string): column is OwnColumn {
  return (OWN_COLUMNS as readonly string[]).includes(column);
}

export function columnLabel(column: string): string {
  return isOwn(column) ? LABELS[column] : facetLabel(column);
}

/** The fields among the columns, in the order in which the server is asked for them. */
export function fieldsOf(columns: readonly string[]): readonly string[] {
  return columns.filter((column) => !isOwn(column));
}

/** What the server is asked for: the fields, and for source lines the commit that they are of. */
export function askedOf(columns: readonly string[]): readonly string[] {
  const fields = fieldsOf(columns);
  return columns.includes("source") && !fields.includes("commit") ? [...fields, "commit"] : fields;
}

/** From an address: `time,service,@http.route`. Nonsense is the plain columns. */
export function readColumns(text: string | null): readonly string[] {
  const names = [
    ...new Set(
      (text ?? "")
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== ""),
    ),
  ];
  let fields = 0;
  const columns = names.filter((name) => isOwn(name) || (name.length <= 200 && ++fields <= FIELDS_MOST));
  return columns.length === 0 ? PLAIN_COLUMNS : columns;
}

export function isPlain(columns: readonly string[]): boolean {
  return columns.length === PLAIN_COLUMNS.length && columns.every((column, at) => column === PLAIN_COLUMNS[at]);
}

/** A list narrower than this has no room for the line of code beside where it stands. */
const ROOM_FOR_SOURCE_PX = 1000;

/** What is drawn in a list so wide: all that the reader chose, but of the plain columns those that fit. */
export function columnsIn(columns: readonly string[], widthPx: number): readonly string[] {
  return isPlain(columns) && widthPx < ROOM_FOR_SOURCE_PX ? columns.filter((column) => column !== "source") : columns;
}

/** The columns with one more, or without it; the last one stays. */
export function withColumn(columns: readonly string[], column: string): readonly string[] {
  if (columns.includes(column)) return columns.length === 1 ? columns : columns.filter((other) => other !== column);
  if (!isOwn(column)) return fieldsOf(columns).length < FIELDS_MOST ? [...columns, column] : columns;
  // One of our own comes back to its usual place.
  const before = OWN_COLUMNS.slice(0, OWN_COLUMNS.indexOf(column));
  const at = columns.findLastIndex((other) => isOwn(other) && before.includes(other)) + 1;
  return columns.toSpliced(at, 0, column);
}

/** The columns with one moved a place towards the front. */
export function movedUp(columns: readonly string[], column: string): readonly string[] {
  const at = columns.indexOf(column);
  return at < 1 ? columns : columns.toSpliced(at, 1).toSpliced(at - 1, 0, column);
}

/** Widths as a grid template; lengths are the style sheet's, so that a narrow window has narrower ones. */
export function template(columns: readonly string[]): string {
  return columns.map((column) => `var(--col-${isOwn(column) ? column : "field"})`).join(" ");
}
