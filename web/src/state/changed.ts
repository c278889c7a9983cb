/** Changed code in the open trace: asked of the server a moment after the trace is there, for it is no part of opening it. */

import { batch, effect, signal } from "@preact/signals";
import { getChangedCode } from "../client/trace";
import { markChanged, type ServiceChange } from "../model/changed";
import { asProblem, isAbort, type Problem } from "../model/problem";
import { inChangedCode, open } from "./trace";

/** Service by service; null while it is not known. */
export const services = signal<readonly ServiceChange[] | null>(null);
export const problem = signal<Problem | null>(null);

const AFTER_MS = 400;
let timer: ReturnType<typeof setTimeout> | undefined;
let abort: AbortController | null = null;

effect(() => {
  const opened = open.value;
  clearTimeout(timer);
  abort?.abort();
  batch(() => {
    services.value = null;
    problem.value = null;
    inChangedCode.value = null;
  });
  if (!opened) return;
  abort = new AbortController();
  const { signal } = abort;
  timer = setTimeout(() => {
    getChangedCode(opened.trace.traceId, signal).then(
      (found) => {
        if (signal.aborted) return;
        batch(() => {
          services.value = found;
          inChangedCode.value = markChanged(opened.trace, found);
        });
      },
      (error) => {
        if (!signal.aborted && !isAbort(error)) problem.value = asProblem(error);
      },
    );
  }, AFTER_MS);
});
