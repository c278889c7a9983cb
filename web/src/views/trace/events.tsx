/** What happened while the span ran, in order; exceptions with their stack. */

import { listAttributes, readException, withoutException } from "../../model/attributes";
import { durationText, exactDuration } from "../../model/numbers";
import type { SpanDetail, SpanEvent } from "../../model/span";
import { exactTime } from "../../model/time";
import { copy } from "../../state/toast";
import { Icon } from "../glyphs";
import { SCROLLS } from "../keys";
import { AttributeRow } from "./attribute-row";

export function EventsTab({ detail }: { detail: SpanDetail }) {
  if (detail.events.length === 0) {
    return (
      <div class="blank" data-testid="empty">
        <p>This span recorded no event.</p>
      </div>
    );
  }
  return (
    <>
      {detail.events.map((event, index) => (
        <EventSection key={index} event={event} after={Number(event.timeNs - detail.span.startNs)} />
      ))}
    </>
  );
}

function EventSection({ event, after }: { event: SpanEvent; after: number }) {
  const exception = readException(event);
  const attributes = listAttributes(exception ? withoutException(event.attributes) : event.attributes);
  return (
    <section class="section" aria-label={event.name}>
      <div class="section-head">
        {exception ? <Icon name="error" small class="is-error" /> : null}
        <h3 class="cut">{event.name}</h3>
        <span class="muted" title={`${exactTime(event.timeNs)}\n${exactDuration(after)} after the span's start`}>
          at {durationText(after)}
        </span>
        <span class="grow" />
        {exception && exception.stack !== "" ? (
          <button
            class="btn btn-s btn-quiet btn-icon"
            type="button"
            aria-label="Copy the stack"
            title="Copy the stack"
            onClick={() => copy(exception.stack, "Stack")}
          >
            <Icon name="copy" />
          </button>
        ) : null}
      </div>
      {exception ? (
        <p class="exc">
          <code>
            <span class="is-error">{exception.type}</span> <span class="text-2">{exception.message}</span>
          </code>
        </p>
      ) : null}
      {exception && exception.stack !== "" ? (
        <pre class="stack scroll" {...SCROLLS}>
          {exception.stack.trimEnd()}
        </pre>
      ) : null}
      {attributes.length > 0 ? (
        <dl class="kv is-whole">
          {attributes.map((attribute) => (
            <AttributeRow key={attribute.key} attribute={attribute} />
          ))}
        </dl>
      ) : null}
    </section>
  );
}
