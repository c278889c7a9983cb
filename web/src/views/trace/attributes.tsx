/** All attributes of a span, its resource and its scope, in one list that can be searched. A click copies a value. */

import { useState } from "preact/hooks";
import { filterAttributes, listAttributes } from "../../model/attributes";
import { grouped } from "../../model/numbers";
import type { SpanDetail } from "../../model/span";
import { Icon } from "../glyphs";
import { AttributeRow } from "./attribute-row";

export function AttributesTab({ detail }: { detail: SpanDetail }) {
  const [words, setWords] = useState("");
  const groups = [
    { title: "Span", all: listAttributes(detail.attributes) },
    { title: "Resource", all: listAttributes(detail.resourceAttributes) },
    { title: "Span itself", all: listAttributes(itself(detail)) },
  ].map(({ title, all }) => ({ title, all, found: filterAttributes(all, words) }));
  const isNothing = groups.every(({ found }) => found.length === 0);
  return (
    <>
      <div class="section find-attribute">
        <label class="field field-s">
          <Icon name="search" small />
          <input
            value={words}
            placeholder="Find a key or value"
            aria-label="Find a key or value"
            data-testid="attribute-filter"
            spellcheck={false}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </label>
      </div>
      {groups.map(({ title, all, found }) =>
        found.length === 0 ? null : (
          <section class="section" key={title} aria-label={`${title} attributes`}>
            <div class="section-head">
              <h3>{title}</h3>
              <span class="muted">
                {found.length === all.length ? grouped(all.length) : `${found.length} of ${all.length}`}
              </span>
            </div>
            <dl class="kv is-whole">
              {found.map((attribute) => (
                <AttributeRow key={attribute.key} attribute={attribute} />
              ))}
            </dl>
          </section>
        ),
      )}
      {isNothing ? (
        <div class="blank" data-testid="empty">
          <p>No key or value holds all of these words.</p>
          <p class="row acts">
            <button class="btn btn-s" type="button" onClick={() => setWords("")}>
              Clear
            </button>
          </p>
        </div>
      ) : null}
    </>
  );
}

/** What OpenTelemetry keeps beside the attributes, so that the same search finds it. */
function itself(detail: SpanDetail) {
  const { span, scope, traceState } = detail;
  const all: Record<string, unknown> = {
    name: span.name,
    kind: span.kind,
    status: span.status,
    "trace id": span.traceId,
    "span id": span.spanId,
    "parent span id": span.parentSpanId,
    "start, ns since the epoch": span.startNs,
    "duration, ns": span.durationNs,
    scope: scope.version === "" ? scope.name : `${scope.name} ${scope.version}`,
    "trace state": traceState,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "" && value !== null));
}
