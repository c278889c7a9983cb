/** Lists of what is near a place in the code: who calls it, what its requests call, its slowest traces. */

import type { ComponentChildren } from "preact";
import { type Caller, type Exit, percent } from "../model/places";
import type { Span } from "../model/span";
import { Duration, PlaceWords, placeTitle } from "./glyphs";
import { spanLink } from "./links";

const RELATIONS = { frame: "calls it", request: "in its requests", remote: "sends the request" } as const;

export function Part({
  title,
  hint,
  children,
}: {
  title: string;
  hint: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="section" aria-label={title}>
      <div class="section-head">
        <h3>{title}</h3>
        <span class="muted">{hint}</span>
      </div>
      <ol class="near">{children}</ol>
    </section>
  );
}

type LinkTo = (
  place: { readonly path: string; readonly line: number; readonly function: string },
  isRemote: boolean,
) => string;

export function Callers({ callers, linkTo }: { callers: readonly Caller[]; linkTo: LinkTo }) {
  if (callers.length === 0) return null;
  return (
    <Part title="Callers" hint="of the newest 200 spans">
      {callers.map((caller, index) => (
        <li key={index}>
          <a
            class="near-row"
            data-testid="caller"
            title={`${caller.service}: ${placeTitle(caller)}`}
            href={linkTo(caller, caller.relation === "remote")}
          >
            <span class="origin">
              <PlaceWords place={caller} directory="" />
            </span>
            <span class="muted">{RELATIONS[caller.relation]}</span>
            <span class="num">{percent(caller.share)}</span>
          </a>
        </li>
      ))}
    </Part>
  );
}

export function Exits({ exits, linkTo }: { exits: readonly Exit[]; linkTo: LinkTo }) {
  if (exits.length === 0) return null;
  return (
    <Part title="Its requests call" hint="to each request">
      {exits.map((exit, index) => (
        <li key={index}>
          <a
            class="near-row"
            data-testid="exit"
            title={`${exit.service}: ${placeTitle(exit)}`}
            href={linkTo(exit, false)}
          >
            <span class="origin">
              <PlaceWords place={exit} directory="" />
            </span>
            <span class="num">
              <Duration ns={exit.p95Ns} />
            </span>
            <span class="num">{exit.perRequest.toFixed(1)}×</span>
          </a>
        </li>
      ))}
    </Part>
  );
}

export function SlowestTraces({ slowest, all }: { slowest: readonly Span[]; all: string }) {
  return (
    <Part
      title="Slowest traces"
      hint={
        <a class="link" href={all}>
          all in the explorer
        </a>
      }
    >
      {slowest.map((span) => (
        <li key={span.spanId}>
          <a class="near-row" data-testid="slow-trace" title={span.resource} href={spanLink(span.traceId, span.spanId)}>
            <span class="cut">{span.resource}</span>
            <span class="muted">{span.service}</span>
            <span class={`num ${span.status === "error" ? "is-error" : ""}`}>
              <Duration ns={span.durationNs} />
            </span>
          </a>
        </li>
      ))}
    </Part>
  );
}
