/** The span as the server gave it. */

import { copy } from "../../state/toast";
import { Icon } from "../glyphs";

export function RawTab({ raw }: { raw: string }) {
  return (
    <section class="section" aria-label="Raw">
      <div class="section-head">
        <h3>JSON</h3>
        <span class="grow" />
        <button class="btn btn-s" type="button" onClick={() => copy(raw, "JSON")}>
          <Icon name="copy" />
          Copy
        </button>
      </div>
      <pre class="raw" data-testid="raw">
        {raw}
      </pre>
    </section>
  );
}
