/** A dialog in which a few typed words choose one of many: the palette, and the box that goes to a file. */

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./glyphs";

interface ChooserProps<Item> {
  name: string;
  testId: string;
  placeholder: string;
  words: string;
  onWords: (words: string) => void;
  items: readonly Item[];
  keyOf: (item: Item) => string;
  titleOf: (item: Item) => string;
  draw: (item: Item, index: number) => ComponentChildren;
  onTake: (item: Item) => void;
  onClose: () => void;
  /** Stands in place of the list when there is nothing in it. */
  nothing?: string;
}

export function Chooser<Item>(props: ChooserProps<Item>) {
  const { name, testId, placeholder, words, items, onTake, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [at, setAt] = useState(0);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const chosen = Math.max(0, Math.min(at, items.length - 1));
  useEffect(() => {
    dialog.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const item = items[chosen];
    if (step !== 0 && items.length > 0) setAt((chosen + step + items.length) % items.length);
    else if (event.key === "Enter" && item && !event.isComposing) onTake(item);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      class="dialog palette"
      ref={dialog}
      aria-label={name}
      data-testid={testId}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <label class="palette-in">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={items.length > 0 ? `offer-${chosen}` : undefined}
          aria-label={placeholder}
          placeholder={placeholder}
          autocomplete="off"
          spellcheck={false}
          value={words}
          onInput={(event) => {
            props.onWords(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <kbd>Esc</kbd>
      </label>
      <div class="palette-list scroll" role="listbox" id="palette-list" aria-label="Where to">
        {items.map((item, index) => (
          <div
            class={`menu-row ${index === chosen ? "is-on" : ""}`}
            role="option"
            key={props.keyOf(item)}
            id={`offer-${index}`}
            aria-selected={index === chosen}
            data-testid="offer"
            title={props.titleOf(item)}
            onClick={() => onTake(item)}
          >
            {props.draw(item, index)}
          </div>
        ))}
      </div>
      {items.length === 0 && props.nothing ? <p class="palette-nothing muted">{props.nothing}</p> : null}
    </dialog>
  );
}
