/** The frame around every page: top bar, the page's own bars, its main region, and the line of keys at the bottom. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { isViewable } from "../model/kept";
import { rate } from "../model/numbers";
import { health, isAway, isSignedOut } from "../state/health";
import { isKeySheetOpen, isPaletteOpen } from "../state/open";
import { page } from "../state/route";
import { session, signOut } from "../state/session";
import { flipTheme, theme } from "../state/theme";
import { Icon } from "./glyphs";
import { signInAddress } from "./states";
import { ViewsButton } from "./views-button";

interface FrameProps {
  title: string;
  /** Bars under the top bar. */
  bars?: ComponentChildren;
  /** Left and right part of the status bar; without keys of its own, a page has the one that shows all. */
  keys: ComponentChildren;
  facts?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

const UNTITLED: readonly string[] = ["explore", "findings", "lost", "saved"];

export function Frame({ title, bars, keys, facts, class: extra = "", children }: FrameProps) {
  useEffect(() => {
    document.title = `${title} · spanorigin`;
  }, [title]);
  return (
    <div class={`app ${extra}`}>
      <TopBar />
      <section aria-label={title}>
        {/* Pages whose head is a search or a choice have no title to be seen. */}
        {UNTITLED.includes(page.value.name) ? <h1 class="sr">{title}</h1> : null}
        {isSignedOut.value ? <SignedOutNote /> : isAway.value ? <AwayNote /> : null}
        {bars}
      </section>
      {children}
      <footer class="status">
        <div class="row status-keys">
          {keys ?? (
            <span>
              <kbd>?</kbd>all keys
            </span>
          )}
        </div>
        <span class="grow" />
        {facts}
      </footer>
    </div>
  );
}

function TopBar() {
  return (
    <header class="topbar">
      <a class="brand" href="/explore">
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
          <path class="brand-line" d="M1 8h4.5M10.5 8H15" />
          <path class="brand-diamond" d="M8 3.7 12.3 8 8 12.3 3.7 8Z" />
        </svg>
        spanorigin
      </a>
      <nav class="nav" aria-label="Pages">
        <a
          href="/explore"
          aria-current={
            ["code", "origin", "diff", "findings", "settings", "lost"].includes(page.value.name) ? undefined : "page"
          }
        >
          Explore
        </a>
        <a href="/code" aria-current={["code", "origin", "diff"].includes(page.value.name) ? "page" : undefined}>
          Code
        </a>
        <a href="/findings" aria-current={page.value.name === "findings" ? "page" : undefined}>
          Findings
        </a>
      </nav>
      <span class="grow" />
      <Pulse />
      {/* The explorer has it among its tools. */}
      {isViewable(page.value.name) && page.value.name !== "explore" ? (
        <ViewsButton
          key={page.value.name}
          class="btn-s btn-quiet btn-icon"
          label={<Icon name="saved" />}
          name="Saved views"
        />
      ) : null}
      <button
        class="btn btn-s btn-quiet"
        type="button"
        data-testid="palette-button"
        aria-label="Go anywhere, Ctrl K"
        title="Go anywhere (Ctrl K)"
        onClick={() => {
          isPaletteOpen.value = true;
        }}
      >
        <Icon name="search" />
        <kbd class="only-wide">Ctrl K</kbd>
      </button>
      <a
        class="btn btn-s btn-quiet btn-icon"
        href="/settings"
        aria-label="Settings"
        title="Settings"
        aria-current={page.value.name === "settings" ? "page" : undefined}
      >
        <Icon name="gear" />
      </a>
      <SignOut />
      <button
        class="btn btn-s btn-quiet btn-icon"
        type="button"
        data-testid="theme-button"
        aria-label={theme.value === "light" ? "Use the dark theme" : "Use the light theme"}
        title={theme.value === "light" ? "Dark" : "Light"}
        onClick={flipTheme}
      >
        <Icon name="theme" />
      </button>
      <button
        class="btn btn-s btn-quiet btn-icon"
        type="button"
        aria-label="Keys"
        title="Keys (?)"
        onClick={() => {
          isKeySheetOpen.value = true;
        }}
      >
        <Icon name="help" />
      </button>
    </header>
  );
}

/** How many spans come in just now. */
function Pulse() {
  const known = health.value;
  if (!known || isAway.value) return null;
  return (
    <span class="row muted pulse" title="Spans stored a second, over the last ten seconds">
      <span class={`dot ${known.spansPerSecond > 0 ? "dot-live" : ""}`} />
      <span>
        {rate(known.spansPerSecond)} <span class="unit">spans/s</span>
      </span>
    </span>
  );
}

/** Where people sign in, who they are and the way out. */
function SignOut() {
  const who = session.value;
  if (!who?.isDemanded || who.kind === "nobody") return null;
  return (
    <button
      class="btn btn-s btn-quiet"
      type="button"
      data-testid="sign-out"
      title={`Signed in as ${who.name}`}
      onClick={signOut}
    >
      Sign out
    </button>
  );
}

function SignedOutNote() {
  return (
    <p class="away" role="alert" data-testid="signed-out">
      <Icon name="warn" small />
      <span>
        You are not signed in any more. What you see was read before. <a href={signInAddress()}>Sign in</a> and come
        back here.
      </span>
    </p>
  );
}

function AwayNote() {
  return (
    <p class="away" role="status" data-testid="error-note">
      <Icon name="warn" small />
      <span>
        The server at <code>{location.host}</code> does not answer. What you see was read before; this page keeps
        asking.
      </span>
    </p>
  );
}
