/** The palette, on Ctrl-K: pages, saved views, services, lines of code, traces and searches, by a few letters. */

import { useEffect, useRef, useState } from "preact/hooks";
import { fitting, type Offer } from "../model/palette";
import { isKeySheetOpen, isPaletteOpen } from "../state/open";
import { askFor, offersFor } from "../state/palette";
import { follow } from "../state/route";
import { flipTheme } from "../state/theme";
import { Diamond, Icon } from "./glyphs";

export function Palette() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => askFor(words), [words]);
  const offers = fitting(words, offersFor(words));
  const chosen = Math.min(at, offers.length - 1);
  useEffect(() => {
    dialog.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const close = () => {
    isPaletteOpen.value = false;
  };
  const take = ({ kind, to }: Offer) => {
    close();
    if (kind !== "Do") follow(to);
    else if (to === "theme") flipTheme();
    else isKeySheetOpen.value = true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const offer = offers[chosen];
    if (step !== 0) setAt((chosen + step + offers.length) % offers.length);
    else if (event.key === "Enter" && offer && !event.isComposing) take(offer);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      class="dialog palette"
      ref={dialog}
      aria-label="Go anywhere"
      data-testid="palette"
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <label class="palette-in">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={offers.length > 0 ? `offer-${chosen}` : undefined}
          aria-label="Page, view, service, function, file or line"
          placeholder="Page, view, service, function, file or line"
          autocomplete="off"
          spellcheck={false}
          value={words}
          onInput={(event) => {
            setWords(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <kbd>Esc</kbd>
      </label>
      <div class="palette-list scroll" role="listbox" id="palette-list" aria-label="Where to">
        {offers.map((offer, index) => (
          <div
            class={`menu-row ${index === chosen ? "is-on" : ""}`}
            role="option"
            key={offer.kind + offer.to + offer.text}
            id={`offer-${index}`}
            aria-selected={index === chosen}
            data-testid="offer"
            title={offer.text}
            onClick={() => take(offer)}
          >
            <span class="palette-kind muted">{offer.kind === offers[index - 1]?.kind ? "" : offer.kind}</span>
            {offer.kind === "Code" ? <Diamond type="entry" /> : null}
            <span class={`cut ${offer.kind === "Code" ? "mono" : ""}`}>{offer.text}</span>
          </div>
        ))}
      </div>
    </dialog>
  );
}
