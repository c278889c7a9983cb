/** A page in a file of its own: an empty frame until it comes, and the way on when it could not be had. */

import type { ComponentType } from "preact";
import { Frame } from "./frame";
import { type LazyComponent, lazily } from "./lazily";
import { Blank } from "./states";

export function pageInFile<Props extends object>(load: () => Promise<ComponentType<Props>>): LazyComponent<Props> {
  return lazily(load, <Waiting />, <Failed />);
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
