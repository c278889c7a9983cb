/** Something that the server keeps, as a page shows and changes it: loaded when it is shown, loaded again after a change. */

import { type Signal, signal } from "@preact/signals";
import { asProblem, type Problem } from "../model/problem";
import { tell } from "./toast";

export interface Shelf<Value> {
  /** Null until it has come. */
  readonly value: Signal<Value | null>;
  readonly problem: Signal<Problem | null>;
  load(): Promise<void>;
  /** Whether the change was made; why not is told, and given to `onProblem` if there is one. */
  change(act: () => Promise<unknown>, done: string, onProblem?: (problem: Problem) => void): Promise<boolean>;
}

export function shelf<Value>(read: () => Promise<Value>): Shelf<Value> {
  const value = signal<Value | null>(null);
  const problem = signal<Problem | null>(null);
  const load = async () => {
    try {
      value.value = await read();
      problem.value = null;
    } catch (error) {
      problem.value = asProblem(error);
    }
  };
  return {
    value,
    problem,
    load,
    change: async (act, done, onProblem) => {
      try {
        await act();
      } catch (error) {
        const found = asProblem(error);
        if (onProblem) onProblem(found);
        else tell(found.message, true);
        return false;
      }
      tell(done);
      await load();
      return true;
    },
  };
}
