/** The address of a saved view: leads on to what it shows, or says that it is gone. */

import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../model/problem";
import { openView } from "../state/saved-views";
import { Frame } from "./frame";
import { Blank, ProblemBlank } from "./states";

export function SavedPage({ slug }: { slug: string }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    setProblem(null);
    return openView(slug, setProblem);
  }, [slug, attempt]);
  const explore = (
    <a class="btn btn-s" href="/explore">
      Go to the explorer
    </a>
  );
  return (
    <Frame title="Saved view" keys={null}>
      <main class="fill" aria-busy={!problem}>
        {problem?.kind === "missing" ? (
          <Blank title="This view is gone" testId="not-found" acts={explore}>
            Somebody removed the view at <code>/s/{slug}</code>, or the link is not whole. Views in the explorer lists
            those there are.
          </Blank>
        ) : problem ? (
          <ProblemBlank problem={problem} onRetry={() => setAttempt(attempt + 1)} acts={explore} />
        ) : null}
      </main>
    </Frame>
  );
}
