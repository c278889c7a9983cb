/** The palette, on Ctrl-K: pages, saved views, services, files, lines of code, traces and searches, by a few letters. */

import { useEffect, useState } from "preact/hooks";
import { fitting, type Offer } from "../model/palette";
import { isKeySheetOpen, isPaletteOpen, isViewsOpen } from "../state/open";
import { askFor, offersFor } from "../state/palette";
import { follow } from "../state/route";
import { flipTheme } from "../state/theme";
import { Chooser } from "./chooser";
import { Diamond, Icon } from "./glyphs";

export function Palette() {
  const [words, setWords] = useState("");
  useEffect(() => askFor(words), [words]);
  const offers = fitting(words, offersFor(words));
  const close = () => {
    isPaletteOpen.value = false;
  };
  const take = ({ kind, to }: Offer) => {
    close();
    if (kind !== "Do") follow(to);
    else if (to === "theme") flipTheme();
    else if (to === "views") isViewsOpen.value = true;
    else isKeySheetOpen.value = true;
  };
  return (
    <Chooser
      name="Go anywhere"
      testId="palette"
      placeholder="Page, view, service, file, function or line"
      words={words}
      onWords={setWords}
      items={offers}
      keyOf={({ kind, to, text }) => kind + to + text}
      titleOf={({ text }) => text}
      draw={(offer, index) => (
        <>
          <span class="palette-kind muted">{offer.kind === offers[index - 1]?.kind ? "" : offer.kind}</span>
          {offer.kind === "Code" ? <Diamond type="entry" /> : null}
          {offer.kind === "File" ? <Icon name="editor" small /> : null}
          <span class={`cut ${offer.kind === "Code" || offer.kind === "File" ? "mono" : ""}`}>{offer.text}</span>
          {offer.note ? <span class="muted palette-note">{offer.note}</span> : null}
        </>
      )}
      onTake={take}
      onClose={close}
    />
  );
}
