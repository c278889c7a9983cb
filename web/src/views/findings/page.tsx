/** Findings: the lines most worth a look, worst first, of one kind at a time. */

import { useEffect, useState } from "preact/hooks";
import { writeAddress } from "../../model/address";
import { FINDING_COLUMNS, FINDING_KINDS, FINDING_NAMES, type Finding, type FindingKind } from "../../model/findings";
import type { TimeRange } from "../../model/time-range";
import * as state from "../../state/findings";
import { navigate } from "../../state/route";
import { TimeMenu } from "../explore/time-menu";
import { Frame } from "../frame";
import { Duration, Icon, PlaceWords, placeTitle } from "../glyphs";
import { spanLink } from "../links";
import { Blank, LookFurther, ProblemBlank, Skeleton } from "../states";
import { Lines } from "./lines";

export function FindingsPage({ kind, range }: { kind: FindingKind; range: TimeRange }) {
  const [isChoosingTime, setIsChoosingTime] = useState(false);
  useEffect(() => void state.openFindings(kind, range), [kind, range]);
  return (
    <Frame
      title="Findings"
      class="findings"
      bars={
        <div class="bar">
          <span class="seg seg-s">
            {FINDING_KINDS.map((each) => (
              <button
                key={each}
                type="button"
                aria-pressed={each === kind}
                onClick={() => navigate({ name: "findings", kind: each, range })}
              >
                {FINDING_NAMES[each]}
              </button>
            ))}
          </span>
          <span class="grow" />
          <TimeMenu
            range={range}
            isOpen={isChoosingTime}
            onToggle={setIsChoosingTime}
            onChoose={(chosen) => navigate({ name: "findings", kind, range: chosen })}
          />
        </div>
      }
      keys={
        <>
          <span>
            <kbd>t</kbd>time
          </span>
          <span>
            <kbd>?</kbd>all keys
          </span>
        </>
      }
    >
      <main class="scroll hottest">
        <Found kind={kind} range={range} />
      </main>
    </Frame>
  );
}

function Found({ kind, range }: { kind: FindingKind; range: TimeRange }) {
  const found = state.findings.value;
  if (state.problem.value) {
    return <ProblemBlank problem={state.problem.value} onRetry={() => void state.openFindings(kind, range)} />;
  }
  if (!found) return <Skeleton share={0.5} />;
  if (found.length === 0) {
    return (
      <div class="fill">
        <Blank
          title="Nothing to find"
          acts={
            <LookFurther range={range} linkTo={(wider) => writeAddress({ name: "findings", kind, range: wider })} />
          }
        >
          No line stands out in this stretch of time.
        </Blank>
      </div>
    );
  }
  const isAbout = found.some((finding) => finding.about !== "");
  return (
    <ol class={isAbout ? "" : "is-line-alone"}>
      <li class="finding label">
        <span>Line</span>
        <span>About</span>
        {FINDING_COLUMNS[kind].map((name, index) => (
          <span class="num" key={index}>
            {name}
          </span>
        ))}
        <span />
      </li>
      {found.map((finding, index) => (
        <Row key={index} finding={finding} range={range} />
      ))}
    </ol>
  );
}

function Row({ finding, range }: { finding: Finding; range: TimeRange }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <li class="finding-row" data-testid="finding">
      <div class="finding">
        <button
          class="row"
          type="button"
          aria-expanded={isOpen}
          title={`${isOpen ? "Hide" : "Show"} the lines`}
          onClick={() => setIsOpen(!isOpen)}
        >
          <Icon name={isOpen ? "down" : "right"} small />
          <span class="origin" title={placeTitle(finding)}>
            <PlaceWords place={finding} />
          </span>
        </button>
        <span class="cut mono text-2" title={finding.about}>
          {finding.about}
        </span>
        {finding.facts.map((fact, index) => (
          <span class={`num ${"tone" in fact ? `is-${fact.tone}` : ""}`} key={index}>
            {"ns" in fact ? <Duration ns={fact.ns} /> : fact.text}
          </span>
        ))}
        {finding.traceId === null ? (
          <span />
        ) : (
          <a class="link" href={spanLink(finding.traceId, null)}>
            trace
          </a>
        )}
      </div>
      {isOpen ? <Lines finding={finding} range={range} /> : null}
    </li>
  );
}
