/** Spans that this one is tied to without being their child, such as the messages of a batch. */

import { listAttributes } from "../../model/attributes";
import type { SpanLink } from "../../model/span";
import { spanLink } from "../links";
import { AttributeRow } from "./attributes";

export function LinksTab({ links, traceId }: { links: readonly SpanLink[]; traceId: string }) {
  if (links.length === 0) {
    return (
      <div class="blank" data-testid="empty">
        <p>This span links to no other.</p>
      </div>
    );
  }
  return (
    <>
      {links.map((link, index) => (
        <section class="section" key={index} aria-label="Link">
          <div class="section-head">
            <h3>{link.traceId === traceId ? "A span of this trace" : "A span of another trace"}</h3>
          </div>
          <p class="cut">
            <a class="link mono" href={spanLink(link.traceId, link.spanId)}>
              {link.traceId} / {link.spanId}
            </a>
          </p>
          <dl class="kv is-whole">
            {listAttributes(link.attributes).map((attribute) => (
              <AttributeRow key={attribute.key} attribute={attribute} />
            ))}
          </dl>
        </section>
      ))}
    </>
  );
}
