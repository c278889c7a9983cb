/** Pages in files of their own: a reader waits for the page they opened, and has the others by the time they want them. */

import { signal } from "@preact/signals";
import type { ComponentChildren, ComponentType } from "preact";

type Loaded<Props> = ComponentType<Props> | "failed" | null;

/** A component in a file of its own; `ask` asks for that, and is done when it came or could not be had. */
export type LazyComponent<Props> = ComponentType<Props> & { readonly ask: () => Promise<void> };

const waiting: Array<() => void> = [];

/**
 * A component that asks for its file when it is first drawn, or by `loadTheRest`, whichever comes first.
 *
 * @param load an `import()` of the component; called again after it failed, when the component is drawn anew.
 * @param meanwhile drawn until then.
 * @param instead drawn when it could not be had.
 */
export function lazily<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  meanwhile: ComponentChildren,
  instead: ComponentChildren = <p class="blank">This part could not be loaded.</p>,
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
    if (Known === "failed") return instead;
    return Known ? <Known {...props} /> : meanwhile;
  }
}

/** Asks for every file that is not there yet; called when the page that was opened has been drawn. */
export function loadTheRest(): void {
  for (const ask of waiting) void ask();
}
