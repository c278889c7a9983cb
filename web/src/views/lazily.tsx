/** Pages in files of their own: a reader waits for the page they opened, and has the others by the time they want them. */

import { signal } from "@preact/signals";
import type { ComponentChildren, ComponentType } from "preact";
import { Frame } from "./frame";
import { Blank } from "./states";

type Loaded<Props> = ComponentType<Props> | "failed" | null;

/** A component in a file of its own; `ask` asks for that, and is done when it came or could not be had. */
export type LazyComponent<Props> = ComponentType<Props> & { readonly ask: () => Promise<void> };

const waiting: Array<() => void> = [];

/**
 * A component that asks for its file when it is first drawn, or by `loadTheRest`, whichever comes first.
 *
 * @param load an `import()` of the component; called again after it failed, when the component is drawn anew.
 * @param meanwhile drawn until then: the empty frame of a page, unless told otherwise, as for a part of a page.
 */
export function lazily<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  meanwhile?: ComponentChildren,
): LazyComponent<Props> {
  const loaded = signal<Loaded<Props>>(null);
  let asked: Promise<void> | null = null;
  const ask = () => {
    asked ??= load().then(
      (component) => {
        loaded.value = component;
      },
      () => {
        asked = null;
        loaded.value = "failed";
      },
    );
    return asked;
  };
  waiting.push(ask);
  return Object.assign(Lazy, { ask });

  function Lazy(props: Props) {
    // Not in an effect: that would be after the frame which draws that there is nothing yet.
    void ask();
    const Known = loaded.value;
    const isPage = meanwhile === undefined;
    if (Known === "failed") return isPage ? <Failed /> : <p class="blank">This part could not be loaded.</p>;
    return Known ? <Known {...props} /> : isPage ? <Waiting /> : meanwhile;
  }
}

/** Asks for every file that is not there yet; called when the page that was opened has been drawn. */
export function loadTheRest(): void {
  for (const ask of waiting) void ask();
}

function Waiting() {
  return (
    <Frame title="Opening" keys={null}>
      <main class="fill" aria-busy="true" />
    </Frame>
  );
}

/** A server of another version has no such file any more: only reading the whole page anew helps. */
function Failed() {
  return (
    <Frame title="Not loaded" keys={null}>
      <main class="fill">
        <Blank
          title="This page could not be loaded"
          isError
          acts={
            <button class="btn btn-s" type="button" onClick={() => location.reload()}>
              Load it again
            </button>
          }
        >
          The server did not send the page's script. It may have been stopped, or be of another version by now.
        </Blank>
      </main>
    </Frame>
  );
}
