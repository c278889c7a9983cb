/** What the parts of the settings have in common: a head, who may change it, and what went wrong. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Right } from "../../model/kept";
import type { Problem } from "../../model/problem";
import { may, session } from "../../state/session";
import type { Shelf } from "../../state/shelf";
import { Notice, ProblemBlank, Skeleton } from "../states";

interface SectionProps {
  id: string;
  title: string;
  about: string;
  /** Without it the reader sees this part and cannot change it. */
  right?: Right;
  children: ComponentChildren;
}

export function Section({ id, title, about, right, children }: SectionProps) {
  return (
    <section class="settings-part" id={id} aria-labelledby={`${id}-title`} data-testid={`settings-${id}`}>
      <h2 class="title" id={`${id}-title`}>
        {title}
      </h2>
      <p class="muted">{about}</p>
      {children}
      {right && session.value && !may(right) ? (
        <p class="muted" data-testid="read-only">
          To change this takes the right {right}.
        </p>
      ) : null}
    </section>
  );
}

/** What a shelf holds, once it has come; until then its shape, and otherwise why not. */
export function Held<Value>({ of, children }: { of: Shelf<Value>; children: (value: Value) => ComponentChildren }) {
  const problem = of.problem.value;
  const value = of.value.value;
  if (problem) return <ProblemBlank problem={problem} onRetry={of.load} />;
  if (value === null) return <Skeleton share={0.5} />;
  return <>{children(value)}</>;
}

export function Refusal({ problem }: { problem: Problem | null }) {
  return problem ? (
    <div role="alert" data-testid="refusal">
      <Notice icon="error" tone="error" title="Not done">
        {problem.message}
      </Notice>
    </div>
  ) : null;
}

/** A button that asks once more, in its own place, before it does something that cannot be undone. */
export function Doing({ label, sure, onDo }: { label: string; sure: string; onDo: () => void }) {
  const [isAsking, setIsAsking] = useState(false);
  return (
    <button
      class={`btn btn-s btn-quiet ${isAsking ? "is-error" : ""}`}
      type="button"
      onBlur={() => setIsAsking(false)}
      onClick={() => {
        if (isAsking) onDo();
        setIsAsking(!isAsking);
      }}
    >
      {isAsking ? sure : label}
    </button>
  );
}
