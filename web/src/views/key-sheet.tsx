/** All keys in one sheet, on `?`. */

import { useEffect, useRef } from "preact/hooks";
import { isKeySheetOpen } from "../state/open";
import { Icon } from "./glyphs";

const GROUPS: ReadonlyArray<{ title: string; keys: ReadonlyArray<readonly [string, string]> }> = [
  {
    title: "Everywhere",
    keys: [
      ["Ctrl K", "go anywhere"],
      ["v", "saved views; save what you see"],
      ["?", "this sheet"],
    ],
  },
  {
    title: "Explorer",
    keys: [
      ["/", "search"],
      ["j k", "next, previous span"],
      ["g G", "first, last span"],
      ["Enter", "open the trace at the span"],
      ["t", "choose the time range"],
      ["r", "search again"],
      ["f", "facets on and off"],
      ["Space", "look at the span beside the list"],
      ["1 2 3 4 5", "spans, origins, top list, heat map, series"],
      ["\u2190 \u2192 \u2191 \u2193", "on the heat map: move the box; with Shift, size it; Enter compares"],
      ["l p", "live on and off, pause it"],
    ],
  },
  {
    title: "Trace",
    keys: [
      ["j k", "next, previous span"],
      ["h l", "fold, unfold"],
      ["1 2 3 4", "waterfall, flame graph, span list, code path"],
      ["/ n N", "find in the trace; next, previous found"],
      ["p", "critical path"],
      ["e s u x", "only errors, slow ones, your code, changed code"],
      ["z 0", "zoom to the span, to all"],
      ["o i", "open the line's file here, in your editor"],
      ["g G", "first, last span"],
      ["c", "copy path and line of the origin"],
      ["y", "copy a link to the span"],
      ["Esc", "close the panel, then back to the results"],
    ],
  },
  {
    title: "Code",
    keys: [
      ["] [", "next, previous hot line"],
      ["l", "next lens: total, own time, entries, exits"],
      ["j k", "next, previous line"],
      ["t", "go to a file"],
      ["T", "choose the time range"],
      ["r", "count again"],
      ["Esc", "close the line, then back"],
    ],
  },
];

export function KeySheet() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => {
    isKeySheetOpen.value = false;
  };
  return (
    <dialog
      class="dialog keys"
      ref={dialog}
      aria-label="Keys"
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <header class="row">
        <h2 class="title">Keys</h2>
        <span class="grow" />
        <button class="btn btn-s btn-quiet btn-icon" type="button" aria-label="Close" onClick={close}>
          <Icon name="x" />
        </button>
      </header>
      <div class="keys-groups">
        {GROUPS.map(({ title, keys }) => (
          <section key={title}>
            <h3 class="label">{title}</h3>
            <dl>
              {keys.map(([key, meaning]) => (
                <div class="keys-row" key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </dialog>
  );
}
