/** Searches that were saved under a name, for everybody who uses the server. */

import { changeView, getView, listViews, makeView, removeView } from "../client/kept";
import type { SavedView } from "../model/kept";
import { asProblem, isAbort, type Problem } from "../model/problem";
import { follow } from "./route";
import { shelf } from "./shelf";

export const views = shelf(listViews);

export function saveView(name: string, address: string, onProblem: (problem: Problem) => void): Promise<boolean> {
  return views.change(() => makeView(name, address), "View saved", onProblem);
}

/** Puts what is shown now in place of what a view showed. */
export function replaceView(view: SavedView, address: string): Promise<boolean> {
  return views.change(() => changeView({ ...view, address }), "View replaced");
}

export function dropView(view: SavedView): Promise<boolean> {
  return views.change(() => removeView(view.id), "View removed");
}

/** Goes on to what a view shows, so that back leads to where its link was; the returned function takes that back. */
export function openView(slug: string, onProblem: (problem: Problem) => void): () => void {
  const abort = new AbortController();
  getView(slug, abort.signal).then(
    ({ address }) => {
      if (!abort.signal.aborted) follow(address, "replace");
    },
    (error) => {
      if (!isAbort(error)) onProblem(asProblem(error));
    },
  );
  return () => abort.abort();
}
