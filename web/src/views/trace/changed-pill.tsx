/** The pill for spans from changed code. Where there are none, or it cannot be told, it opens what was compared, or why not. */

import { comparedPairs, comparedWords } from "../../model/changed";
import { counted, grouped } from "../../model/numbers";
import { DEFAULT_RANGE } from "../../model/time-range";
import * as changed from "../../state/changed";
import { inChangedCode, type OpenTrace } from "../../state/trace";
import { diffLink } from "../links";
import { Menu } from "../menu";
import { Popover } from "../popover";
import { problemTitle } from "../states";

interface PillProps {
  opened: OpenTrace;
  isOn: boolean;
  onToggle: () => void;
}

export function ChangedPill({ opened, isOn, onToggle }: PillProps) {
  const services = changed.services.value;
  const problem = changed.problem.value;
  const count = inChangedCode.value?.count ?? 0;
  const isUnknown = services?.every(({ missing, places }) => missing !== null && places.length === 0) ?? true;
  if (count === 0 && !isOn) {
    const words = services === null && !problem ? "…" : isUnknown ? "?" : "0";
    return (
      <Menu
        testId="changed-pill"
        shape="pill"
        class={isUnknown ? "is-unknown" : ""}
        opens="dialog"
        hasArrow={false}
        title={isUnknown ? "Changed code: why is it not known? (x)" : "No span comes from changed code (x)"}
        label={
          <>
            Changed code <span class="n">{words}</span>
          </>
        }
      >
        {(close) => (
          <Popover label="Changed code" role="dialog" onClose={close}>
            <div class="told-list" data-testid="changed-why">
              {problem ? (
                <p class="is-error">
                  {problemTitle(problem)}. {problem.message}
                </p>
              ) : services === null ? (
                <p>The commit that ran is being compared with the one before.</p>
              ) : services.length === 0 ? (
                <p>No span of this trace has an origin, so none can be found in changed code.</p>
              ) : (
                services.map((service) => <p key={`${service.service} ${service.commit}`}>{comparedWords(service)}</p>)
              )}
            </div>
          </Popover>
        )}
      </Menu>
    );
  }
  return (
    <>
      <button
        class="pill"
        type="button"
        data-testid="changed-pill"
        aria-pressed={isOn}
        title={`Only spans from lines, and handlers, that changed (x)\n${(services ?? []).map(comparedWords).join("\n")}`}
        onClick={onToggle}
      >
        Changed code <span class="n">{grouped(count)}</span>
      </button>
      {isOn
        ? comparedPairs(services ?? []).map(({ repository, base, head }) => (
            <a
              class="link"
              data-testid="what-changed"
              key={`${repository}${base}${head}`}
              href={diffLink({ repository, base, head }, DEFAULT_RANGE)}
              title={`${repository}: ${base.slice(0, 7)} to ${head.slice(0, 7)}; ${counted(opened.trace.count, "span")} looked at`}
            >
              what changed
            </a>
          ))
        : null}
    </>
  );
}
