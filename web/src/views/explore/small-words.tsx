/** Under the search box, where `and`, `or` or `not` in small letters is a word to search for: was it meant to join? */

import { withOperators } from "../../model/query";
import { Icon } from "../glyphs";

export function SmallWords({ query, onFix }: { query: string; onFix: (query: string) => void }) {
  const meant = withOperators(query);
  if (meant === null) return null;
  return (
    <div class="search-problem" role="status" data-testid="small-words">
      <p class="under-field muted">
        <Icon name="info" small />
        <span>In small letters and, or, not are words to search for; AND, OR, NOT join terms.</span>
        <button class="fix" type="button" data-testid="search-fix" onClick={() => onFix(meant)}>
          Use <code>{meant}</code>
        </button>
      </p>
    </div>
  );
}
