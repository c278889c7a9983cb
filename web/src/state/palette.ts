/** The palette: what it can lead to. Asked of the server while it is open, and of the browser's own pages at once. */

import { signal } from "@preact/signals";
import type { Question } from "../client/ask";
import { getTree, listRepositories } from "../client/code";
import { getFieldValues } from "../client/counts";
import { listViews } from "../client/kept";
import { writeAddress } from "../model/address";
import { ALL_CODE } from "../model/code-address";
import { findPaths } from "../model/fuzzy";
import { isViewable } from "../model/kept";
import { type Offer, traceIdIn } from "../model/palette";
import { writeValue } from "../model/terms";
import { fromMs } from "../model/time";
import { DEFAULT_RANGE, resolveRange } from "../model/time-range";
import { page } from "./route";

/** What the server knows: saved views, services, lines and functions. */
export const found = signal<readonly Offer[]>([]);

const PAGES: readonly Offer[] = [
  { kind: "Go to", text: "Explore", to: "/explore" },
  { kind: "Go to", text: "Origins: places in the code", to: "/explore?view=origins" },
  { kind: "Go to", text: "Top list", to: "/explore?view=top" },
  { kind: "Go to", text: "Heat map of durations", to: "/explore?view=heat" },
  { kind: "Go to", text: "Time series of each service", to: "/explore?view=series&by=service" },
  { kind: "Go to", text: "Errors", to: "/explore?q=status%3Aerror" },
  { kind: "Go to", text: "Code", to: "/code" },
  { kind: "Go to", text: "Findings: N+1, slow, failing", to: "/findings" },
  { kind: "Go to", text: "Settings", to: "/settings" },
  { kind: "Go to", text: "How to send the first span", to: "/" },
  { kind: "Do", text: "Save this page as a view", to: "views", note: "v" },
  { kind: "Do", text: "Light or dark theme", to: "theme", note: "Theme" },
  { kind: "Do", text: "Show all keys", to: "keys", note: "?" },
];

const HOUR_NS = 3_600_000_000_000n;

export function offersFor(words: string): readonly Offer[] {
  const search = words.trim();
  const traceId = traceIdIn(search);
  return [
    ...PAGES.filter(({ to }) => to !== "views" || isViewable(page.value.name)),
    ...(traceId ? [{ kind: "Trace", text: `Open trace ${traceId}`, to: `/trace/${traceId}` } as const] : []),
    ...found.value,
    ...(search === "" ? [] : [{ kind: "Search", text: `Search spans for ${search}`, to: exploreAt(search) } as const]),
  ];
}

/** Asks for what fits the words; the returned function takes the question back. */
export function askFor(words: string): () => void {
  const abort = new AbortController();
  const { to } = resolveRange(DEFAULT_RANGE, fromMs(Date.now()));
  const hour: Question = { query: "", from: to - HOUR_NS, to };
  const contains = { ...hour, query: words.trim() === "" ? "has:origin" : `has:origin ${quoted(words.trim())}` };
  const values = async (question: Question, field: string, offer: (value: string) => Offer) =>
    (await getFieldValues(question, field, "", abort.signal)).map(({ value }) => offer(value));
  const timer = setTimeout(
    () => {
      const parts = [
        listViews().then((views) =>
          views.map(({ name, address }): Offer => ({ kind: "Saved view", text: name, to: address })),
        ),
        values(hour, "service", (value) => ({
          kind: "Service",
          text: value,
          to: exploreAt(`service:${writeValue(value)}`),
        })),
        values(contains, "line", (value) => ({
          kind: "Code",
          text: value,
          to: exploreAt(`origin:${writeValue(value)}`),
        })),
        filesLike(words),
        values(contains, "fn", (value) => ({ kind: "Code", text: value, to: exploreAt(`fn:${writeValue(value)}`) })),
      ];
      void Promise.allSettled(parts).then((results) => {
        if (abort.signal.aborted) return;
        found.value = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
      });
    },
    words === "" ? 0 : 120,
  );
  return () => {
    clearTimeout(timer);
    abort.abort();
  };
}

const FILES_SHOWN = 6;
/** Letters before files are looked for: one is in all of them. */
const LETTERS = 2;
let files: Promise<ReadonlyArray<readonly [repository: string, path: string]>> | null = null;

/** Files of all repositories, which are listed once each time the palette is opened. */
async function filesLike(words: string): Promise<Offer[]> {
  if (words.trim() === "") files = null;
  if (words.trim().length < LETTERS) return [];
  files ??= allFiles();
  const known = await files;
  const byPath = new Map<string, string[]>();
  for (const [repository, path] of known) byPath.set(path, [...(byPath.get(path) ?? []), repository]);
  return findPaths(words, [...byPath.keys()], () => 0, FILES_SHOWN).flatMap(({ path }) =>
    byPath.get(path)!.map(
      (repository): Offer => ({
        kind: "File",
        text: path,
        note: repository,
        to: writeAddress({ name: "code", place: { ...ALL_CODE, repository, path }, range: DEFAULT_RANGE }),
      }),
    ),
  );
}

async function allFiles(): Promise<ReadonlyArray<readonly [string, string]>> {
  const trees = (await listRepositories()).map(async (repository) =>
    (await getTree(repository, null)).map((path) => [repository, path] as const),
  );
  const listed = await Promise.allSettled(trees);
  return listed.flatMap((tree) => (tree.status === "fulfilled" ? tree.value : []));
}

function exploreAt(query: string): string {
  return writeAddress({ name: "explore", query, range: DEFAULT_RANGE });
}

function quoted(words: string): string {
  return `"${words.replace(/[\\"]/g, "\\$&")}"`;
}
