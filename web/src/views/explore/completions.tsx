/** The list under the search box: what could be written at the caret, from the language and from the spans that came. */

import type { Choice } from "../../model/completion";
import type { Offered } from "../../state/completions";

interface CompletionsProps {
  offered: Offered;
  /** Which of the choices Enter takes; -1 for none. */
  at: number;
  onChoose: (choice: Choice) => void;
}

export const LIST_ID = "completions";

export function Completions({ offered: { at: place, choices }, at, onChoose }: CompletionsProps) {
  return (
    <div
      class="menu completions"
      role="listbox"
      id={LIST_ID}
      aria-label={place.key === null ? "Keys" : `Values of ${place.key}`}
      data-testid="completions"
      style={{ "--at": place.start }}
    >
      {choices.map((choice, index) => (
        <div
          class={`menu-row ${index === at ? "is-on" : ""}`}
          role="option"
          key={choice.insert}
          id={optionId(index)}
          aria-selected={index === at}
          title={choice.text}
          onPointerDown={(event) => {
            // The field keeps the focus.
            event.preventDefault();
            onChoose(choice);
          }}
        >
          <span class="cut mono">{ending(choice.text)}</span>
          <span class="grow" />
          <span class="muted">{choice.note}</span>
        </div>
      ))}
    </div>
  );
}

/** Of a long path the end tells most; the whole is in the tooltip. */
function ending(text: string): string {
  const room = 44;
  return text.includes("/") && text.length > room ? `…${text.slice(1 - room)}` : text;
}

export function optionId(index: number): string {
  return `completion-${index}`;
}
