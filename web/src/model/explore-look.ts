/** How the explorer shows what a search finds: which of its views, of which spans, in which order. Lives in the address. */

import { withCondition } from "./terms";

export const EXPLORE_VIEWS = ["spans", "origins", "top", "heat", "series"] as const;
export type ExploreView = (typeof EXPLORE_VIEWS)[number];

export const SCOPES = ["all", "entry", "root"] as const;
export type Scope = (typeof SCOPES)[number];

export const ORIGIN_GROUPS = ["line", "function", "file"] as const;
export type OriginGroup = (typeof ORIGIN_GROUPS)[number];

export const GROUP_ORDERS = ["total", "count", "error_rate", "p50", "p95"] as const;
export type GroupOrder = (typeof GROUP_ORDERS)[number];

export interface ExploreLook {
  readonly view: ExploreView;
  readonly scope: Scope;
  /** What places are put together by in the origins view. */
  readonly group: OriginGroup;
  readonly sort: GroupOrder;
  /** The field of the top list and of the series. */
  readonly by: string;
  /** Whether spans are shown as they come. */
  readonly live: "on" | "off";
  /** The columns of the list, with commas between; empty for the plain ones. */
  readonly cols: string;
  /** The span in the drawer, as `trace-span`; empty when it is shut. */
  readonly peek: string;
}

export const PLAIN_EXPLORE: ExploreLook = {
  view: "spans",
  scope: "all",
  group: "line",
  sort: "total",
  by: "resource",
  live: "off",
  cols: "",
  peek: "",
};

const PEEK = /^[0-9a-f]{32}-[0-9a-f]{16}$/;

const SCOPE_CONDITIONS: Readonly<Record<Scope, string | null>> = {
  all: null,
  entry: "kind:(server OR consumer)",
  root: "-has:parent",
};

/** The search that the server gets: the reader's, under the scope. */
export function scoped(query: string, scope: Scope): string {
  const condition = SCOPE_CONDITIONS[scope];
  return condition === null ? query : withCondition(query, condition);
}

/** So many characters stand before the reader's search in the one that the server got, as it counts them. */
export function shiftOf(query: string, scope: Scope): number {
  return query.trim() !== "" && scoped(query, scope).startsWith(`(${query.trim()})`) ? 1 : 0;
}

/** What the address says, with defaults for what it leaves out or what makes no sense. */
export function readExploreLook(parameters: URLSearchParams): ExploreLook {
  const of = <Value extends string>(name: string, known: readonly Value[], otherwise: Value): Value =>
    known.find((value) => value === parameters.get(name)) ?? otherwise;
  return {
    view: of("view", EXPLORE_VIEWS, PLAIN_EXPLORE.view),
    scope: of("scope", SCOPES, PLAIN_EXPLORE.scope),
    group: of("group", ORIGIN_GROUPS, PLAIN_EXPLORE.group),
    sort: of("sort", GROUP_ORDERS, PLAIN_EXPLORE.sort),
    by: parameters.get("by") || PLAIN_EXPLORE.by,
    live: parameters.get("live") === "on" ? "on" : "off",
    cols: parameters.get("cols") ?? "",
    peek: PEEK.exec(parameters.get("peek") ?? "")?.[0] ?? "",
  };
}

/** Only what differs from the default. */
export function writeExploreLook(parameters: URLSearchParams, look: ExploreLook): void {
  for (const name of ["view", "scope", "group", "sort", "by", "live", "cols", "peek"] as const) {
    if (look[name] !== PLAIN_EXPLORE[name]) parameters.set(name, look[name]);
  }
}

export function isPlainLook(look: ExploreLook): boolean {
  return (Object.keys(PLAIN_EXPLORE) as (keyof ExploreLook)[]).every((name) => look[name] === PLAIN_EXPLORE[name]);
}
