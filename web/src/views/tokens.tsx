/** The highlighted words of one line. */

import { codeClass, withoutTurns } from "../model/code";
import type { Token } from "../model/span";

export function Tokens({ tokens }: { tokens: readonly Token[] }) {
  return (
    <>
      {tokens.map(([kind, text], index) => {
        const drawn = codeClass(kind);
        const shown = withoutTurns(text);
        return drawn === "" ? (
          shown
        ) : (
          <i key={index} class={drawn}>
            {shown}
          </i>
        );
      })}
    </>
  );
}
