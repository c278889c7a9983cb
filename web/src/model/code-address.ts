/**
 * Addresses of code: `/code/{repository}@{commit}/{path}`, so that a link to a line is a link to what ran.
 *
 * Without a commit the files as they lie there are meant, without a path the repository, without either all of them.
 */

export interface CodePlace {
  readonly repository: string | null;
  /** Whole or its first digits; null for the files as they lie there. */
  readonly commit: string | null;
  /** From the repository's root; null for the repository itself. */
  readonly path: string | null;
  readonly line: number | null;
  /** The file as its spans call it, where that is not its path in the repository. */
  readonly as: string | null;
  /** The service whose spans alone are counted: others may have another file of the name that `as` is. */
  readonly service: string | null;
  /** Whether spans of all commits are counted, and not only those of `commit`. */
  readonly ofAll: boolean;
  readonly lens: CodeLens;
  /** A commit whose numbers stand beside those of `commit`. */
  readonly against: string | null;
}

/** What is counted: everything, with the time of callees taken off, or only requests coming in, or calls going out. */
export const CODE_LENSES = ["total", "self", "entry", "exit"] as const;
export type CodeLens = (typeof CODE_LENSES)[number];

export const ALL_CODE: CodePlace = {
  repository: null,
  commit: null,
  path: null,
  line: null,
  as: null,
  service: null,
  ofAll: false,
  lens: "total",
  against: null,
};

/** The place that an address names; null when it is no address of code. */
export function readCodeAddress(path: string, parameters: URLSearchParams): CodePlace | null {
  if (path === "/code") return ALL_CODE;
  const parts = /^\/code\/([^/]+)(?:\/(.+))?$/.exec(path);
  if (!parts?.[1]) return null;
  const at = /^(.+)@([0-9a-fA-F]{7,40})$/.exec(parts[1]);
  const repository = decoded(at?.[1] ?? parts[1]);
  const file = parts[2] === undefined ? null : decoded(parts[2]);
  if (repository === null || (file === null && parts[2] !== undefined)) return null;
  const line = parameters.get("line") ?? "";
  return {
    repository,
    commit: at?.[2]?.toLowerCase() ?? null,
    path: file,
    line: /^[1-9]\d{0,8}$/.test(line) ? Number(line) : null,
    as: parameters.get("as"),
    service: parameters.get("service") || null,
    ofAll: parameters.get("commits") === "all",
    lens: CODE_LENSES.find((known) => known === parameters.get("lens")) ?? "total",
    against: /^[0-9a-f]{7,40}$/.exec(parameters.get("against")?.toLowerCase() ?? "")?.[0] ?? null,
  };
}

/** The path of a place, and its parameters put into `parameters`. */
export function writeCodeAddress(place: CodePlace, parameters: URLSearchParams): string {
  if (place.repository === null) return "/code";
  if (place.line !== null) parameters.set("line", String(place.line));
  if (place.as !== null && place.as !== place.path) parameters.set("as", place.as);
  if (place.service !== null) parameters.set("service", place.service);
  if (place.ofAll) parameters.set("commits", "all");
  if (place.lens !== "total") parameters.set("lens", place.lens);
  if (place.against !== null) parameters.set("against", place.against);
  const commit = place.commit === null ? "" : `@${place.commit}`;
  const path = place.path === null ? "" : `/${place.path.split("/").map(encodeURIComponent).join("/")}`;
  return `/code/${encodeURIComponent(place.repository)}${commit}${path}`;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
