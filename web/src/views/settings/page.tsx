/** Settings: what this browser keeps for its reader, and what the server keeps for all. Who may not change it sees it. */

import { useEffect } from "preact/hooks";
import { session } from "../../state/session";
import { flipTheme, theme } from "../../state/theme";
import { EditorChoice } from "../editor-choice";
import { Frame } from "../frame";
import { Audit } from "./audit";
import { Repositories } from "./repositories";
import { Retention } from "./retention";
import { Rules } from "./rules";
import { Section } from "./section";
import { Tokens } from "./tokens";

const PARTS = [
  ["you", "You"],
  ["repositories", "Repositories"],
  ["rules", "Path rules"],
  ["retention", "How long spans are kept"],
  ["tokens", "Tokens"],
  ["audit", "Changes"],
] as const;

export function SettingsPage() {
  useEffect(() => {
    const part = document.getElementById(location.hash.slice(1));
    if (part) part.scrollIntoView();
  }, []);
  return (
    <Frame title="Settings" class="settings" keys={null}>
      <main class="scroll">
        <div class="settings-grid">
          <nav aria-label="Parts of the settings">
            {PARTS.map(([id, title]) => (
              <a key={id} class="menu-row" href={`#${id}`}>
                {title}
              </a>
            ))}
          </nav>
          <div>
            <h1 class="sr">Settings</h1>
            <You />
            <Repositories />
            <Rules />
            <Retention />
            <Tokens />
            <Audit />
          </div>
        </div>
      </main>
    </Frame>
  );
}

/** Who the reader is, and what only this browser keeps. */
function You() {
  const who = session.value;
  return (
    <Section id="you" title="You" about="Theme and editor are kept in this browser alone.">
      <dl class="kv">
        <dt>Signed in as</dt>
        <dd class="plain">{who === null ? "…" : who.isDemanded ? who.name : "nobody has to sign in here"}</dd>
        <dt>May</dt>
        <dd class="plain">{who?.rights.join(", ") || "…"}</dd>
        <dt>Theme</dt>
        <dd class="plain">
          <button class="btn btn-s" type="button" onClick={flipTheme} data-testid="settings-theme">
            {theme.value === "light" ? "Light" : "Dark"}
          </button>
        </dd>
      </dl>
      <EditorChoice />
    </Section>
  );
}
