/** The highlighted words of one line. */

import { codeClass } from "../../model/code";
import type { Token } from "../../model/span";

export function Tokens({ tokens }: { tokens: readonly Token[] }) {
  return (
    <>
      {tokens.map(([kind, text], index) => {
        const drawn = codeClass(kind);
        return drawn === "" ? (
          text
        ) : (
          <i key={index} class={drawn}>
            {text}
          </i>
        );
      })}
    </>
  );
}
