/** A key and its value, which a click copies. */

import type { Attribute } from "../../model/attributes";
import { copy } from "../../state/toast";
import { Diamond } from "../glyphs";

export function AttributeRow({ attribute }: { attribute: Attribute }) {
  const { key, text, type } = attribute;
  return (
    <>
      <dt title={key}>
        {attribute.isAboutCode ? <Diamond type="entry" /> : null}
        <span class="cut">{key}</span>
      </dt>
      <dd>
        <button
          class={`value is-${type}`}
          type="button"
          title={`${text}\n${type}, click to copy`}
          onClick={() => copy(text, key)}
        >
          {text === "" ? <span class="muted">{type === "none" ? "–" : "empty"}</span> : text}
        </button>
      </dd>
    </>
  );
}
