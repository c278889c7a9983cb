/** Chooses the page that the address names, and draws what floats above all pages. */

import { useEffect } from "preact/hooks";
import { type Page, PLAIN_LOOK } from "../model/address";
import { PLAIN_EXPLORE } from "../model/explore-look";
import { health, isStoreEmpty } from "../state/health";
import { isKeySheetOpen, isPaletteOpen } from "../state/open";
import { navigate, page } from "../state/route";
import { toast } from "../state/toast";
import { Frame } from "./frame";
import { Icon } from "./glyphs";
import { useKeys } from "./keys";
import { lazily, loadTheRest } from "./lazily";
import { EXPLORE } from "./links";
import { pageInFile } from "./page-file";
import { Sprite } from "./sprite";
import { Blank } from "./states";

const ExplorePage = pageInFile(() => import("./explore/page").then((file) => file.ExplorePage));
const CodePage = pageInFile(() => import("./file/page").then((file) => file.CodePage));
const OriginPage = pageInFile(() => import("./origin/page").then((file) => file.OriginPage));
const DiffPage = pageInFile(() => import("./diff/page").then((file) => file.DiffPage));
const FindingsPage = pageInFile(() => import("./findings/page").then((file) => file.FindingsPage));
const FirstRunPage = pageInFile(() => import("./first-run/page").then((file) => file.FirstRunPage));
const KeySheet = lazily(() => import("./key-sheet").then((file) => file.KeySheet), null);
const Palette = lazily(() => import("./palette").then((file) => file.Palette), null);
const SavedPage = pageInFile(() => import("./saved").then((file) => file.SavedPage));
const SettingsPage = pageInFile(() => import("./settings/page").then((file) => file.SettingsPage));
const TracePage = pageInFile(() => import("./trace/page").then((file) => file.TracePage));

/** Pages that are a file of their own. */
const IN_FILES: Partial<Record<Page["name"], { readonly ask: () => Promise<void> }>> = {
  code: CodePage,
  diff: DiffPage,
  explore: ExplorePage,
  findings: FindingsPage,
  origin: OriginPage,
  settings: SettingsPage,
  trace: TracePage,
};

/** Done when the file of the page that the address names came or could not be had; at once where it needs none. */
export function fileOfPage(): Promise<void> {
  return IN_FILES[page.value.name]?.ask() ?? Promise.resolve();
}

/** Long enough for the opened page to ask for its data first. */
const REST_AFTER_MILLISECONDS = 1500;

export function App() {
  useKeys({
    "?": () => {
      isKeySheetOpen.value = true;
    },
  });
  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      isPaletteOpen.value = !isPaletteOpen.value;
    };
    addEventListener("keydown", open);
    return () => removeEventListener("keydown", open);
  }, []);
  useEffect(() => {
    const timer = setTimeout(loadTheRest, REST_AFTER_MILLISECONDS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <>
      <CurrentPage />
      {isKeySheetOpen.value ? <KeySheet /> : null}
      {isPaletteOpen.value ? <Palette /> : null}
      <ToastNote />
      <Sprite />
    </>
  );
}

function CurrentPage() {
  const current = page.value;
  switch (current.name) {
    case "start":
      return <StartPage />;
    case "explore":
      return <ExplorePage query={current.query} range={current.range} look={current.look ?? PLAIN_EXPLORE} />;
    case "trace":
      return <TracePage traceId={current.traceId} spanId={current.spanId} look={current.look ?? PLAIN_LOOK} />;
    case "code":
      return <CodePage place={current.place} range={current.range} />;
    case "origin":
      return <OriginPage place={current.place} range={current.range} />;
    case "diff":
      return <DiffPage place={current.place} range={current.range} />;
    case "findings":
      return <FindingsPage kind={current.kind} range={current.range} />;
    case "settings":
      return <SettingsPage />;
    case "saved":
      return <SavedPage slug={current.slug} key={current.slug} />;
    case "lost":
      return <LostPage path={current.path} />;
  }
}

/** The address without a path: the first-run page while nothing has ever come, otherwise the explorer. */
function StartPage() {
  const isKnown = health.value !== null;
  const isWaiting = isStoreEmpty.value;
  useEffect(() => {
    if (isKnown && !isWaiting) navigate(EXPLORE, "replace");
  }, [isKnown, isWaiting]);
  return <FirstRunPage />;
}

function LostPage({ path }: { path: string }) {
  return (
    <Frame title="No such page" keys={null}>
      <main class="fill">
        <Blank
          title="No such page"
          acts={
            <a class="btn btn-s" href="/explore">
              Go to the explorer
            </a>
          }
        >
          There is nothing at <code>{path}</code>.
          {path.startsWith("/diff/") ? " Two commits are compared by their hashes, of 7 to 40 hexadecimal digits." : ""}
        </Blank>
      </main>
    </Frame>
  );
}

function ToastNote() {
  const now = toast.value;
  return (
    <div class="toasts" role="status">
      {now ? (
        <div class={`toast ${now.isError ? "is-error" : ""}`}>
          <Icon name={now.isError ? "error" : "check"} />
          <span>{now.text}</span>
        </div>
      ) : null}
    </div>
  );
}
