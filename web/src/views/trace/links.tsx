/** Spans that this one is tied to without being their child, such as the messages of a batch. */

import { listAttributes } from "../../model/attributes";
import { durationText } from "../../model/numbers";
import type { SpanLink } from "../../model/span";
import { findSpan, readRow } from "../../model/trace";
import type { OpenTrace } from "../../state/trace";
import { ServiceMark } from "../glyphs";
import { spanLink } from "../links";
import { AttributeRow } from "./attribute-row";

export function LinksTab({ links, opened }: { links: readonly SpanLink[]; opened: OpenTrace }) {
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
            <h3>{link.traceId === opened.trace.traceId ? "A span of this trace" : "A span of another trace"}</h3>
          </div>
          <LinkedSpan link={link} opened={opened} />
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

/** By its name where it is in the trace that is open; otherwise by its ids, which is all that is known of it. */
function LinkedSpan({ link, opened }: { link: SpanLink; opened: OpenTrace }) {
  const { trace, timeline, hues } = opened;
  const row = link.traceId === trace.traceId ? findSpan(trace, link.spanId) : -1;
  const href = spanLink(link.traceId, link.spanId);
  if (row < 0) {
    return (
      <p class="cut">
        <a class="link mono" href={href} title="Open its trace">
          {link.traceId} / {link.spanId}
        </a>
      </p>
    );
  }
  const { service, resource } = readRow(trace, row);
  return (
    <p class="row">
      <ServiceMark hue={hues.of(service)} />
      <a class="link cut" href={href} title={`${resource}\n${service}`} data-testid="linked-span">
        {resource}
      </a>
      <span class="muted">{durationText(timeline.duration[row]!)}</span>
    </p>
  );
}
