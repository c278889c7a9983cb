/** A line for a terminal, with a button that copies it. */

import { copy } from "../state/toast";
import { Icon } from "./glyphs";

export function Command({ text }: { text: string }) {
  return (
    <div class="cmd">
      <code>
        <span class="muted">$</span> {text}
      </code>
      <button
        class="btn btn-s btn-quiet btn-icon"
        type="button"
        aria-label={`Copy: ${text}`}
        title="Copy"
        onClick={() => copy(text, "Command")}
      >
        <Icon name="copy" />
      </button>
    </div>
  );
}
