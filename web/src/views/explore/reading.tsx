/** How the server understood the search: in words, as the language writes it, and the SQL that it becomes. */

import { useEffect, useState } from "preact/hooks";
import { asProblem, isAbort, type Problem } from "../../model/problem";
import { type Reading, readingLines } from "../../model/reading";
import { question } from "../../state/explorer";
import { understood } from "../../state/groups";
import { copy } from "../../state/toast";
import { Popover } from "../popover";
import { Skeleton } from "../states";

export function ReadingCard({ onClose }: { onClose: () => void }) {
  const [reading, setReading] = useState<Reading | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    understood(abort.signal).then(setReading, (error) => {
      if (!isAbort(error)) setProblem(asProblem(error));
    });
    return () => abort.abort();
  }, [question.value]);
  return (
    <Popover role="dialog" label="How the search was understood" onClose={onClose}>
      <div class="reading" data-testid="reading">
        <header class="row">
          <h2 class="title">How it was understood</h2>
          <span class="grow" />
          <button class="btn btn-s btn-quiet" type="button" onClick={() => copy(reading?.sql ?? "", "SQL")}>
            Copy SQL
          </button>
        </header>
        {problem ? <p class="is-error">{problem.message}</p> : null}
        {!reading && !problem ? <Skeleton share={0.6} /> : null}
        {reading ? <Understood reading={reading} /> : null}
      </div>
    </Popover>
  );
}

function Understood({ reading: { tree, printed, sql, parameters } }: { reading: Reading }) {
  return (
    <>
      <ol>
        {readingLines(tree).map(({ depth, words, what }, at) => (
          <li key={at} style={{ "--depth": depth }}>
            {words} {what === undefined ? null : <code>{what}</code>}
          </li>
        ))}
      </ol>
      <p class="label">Written by the server</p>
      <pre class="raw">{printed === "" ? "every span" : printed}</pre>
      <p class="label">Condition in SQL</p>
      <pre class="raw">{sql}</pre>
      {parameters.length > 0 ? (
        <dl class="kv is-whole">
          {parameters.map(({ name, value }) => (
            <>
              <dt>{name}</dt>
              <dd>
                <span class="value">{value}</span>
              </dd>
            </>
          ))}
        </dl>
      ) : null}
    </>
  );
}
