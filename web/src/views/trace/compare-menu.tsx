/** What the trace is to be compared with: one of those that began alike, or any by its id. */

import { useState } from "preact/hooks";
import { traceIdIn } from "../../model/palette";
import { asProblem } from "../../model/problem";
import { readRow } from "../../model/trace";
import { type Likeness, traceLike } from "../../state/compare";
import type { OpenTrace } from "../../state/trace";
import { Field } from "../field";
import { Popover } from "../popover";

interface CompareMenuProps {
  opened: OpenTrace;
  onChoose: (traceId: string) => void;
  onClose: () => void;
}

const LIKE: ReadonlyArray<readonly [Likeness, words: string]> = [
  ["median", "A typical one: the median duration"],
  ["fastest", "The fastest without an error"],
  ["slowest", "The slowest"],
];

export function CompareMenu({ opened, onChoose, onClose }: CompareMenuProps) {
  const [told, setTold] = useState("");
  const [isLooking, setIsLooking] = useState(false);
  const [typed, setTyped] = useState("");
  const { trace, tree } = opened;
  const name = readRow(trace, tree.order[0] ?? 0).resource;
  const choose = (traceId: string) => {
    onClose();
    onChoose(traceId);
  };
  const find = async (likeness: Likeness) => {
    setIsLooking(true);
    setTold("");
    try {
      const span = await traceLike(opened, likeness);
      if (span) choose(span.traceId);
      else
        setTold(`No other trace ${likeness === "fastest" ? "without an error " : ""}begins so in the day around it.`);
    } catch (error) {
      setTold(asProblem(error).message);
    }
    setIsLooking(false);
  };
  return (
    <Popover label="Compare with" role="dialog" onClose={onClose}>
      <p class="label cut menu-head" title={name}>
        Of {name}, in the day around it
      </p>
      {LIKE.map(([likeness, words]) => (
        <button
          class="menu-row"
          type="button"
          key={likeness}
          data-testid={`compare-${likeness}`}
          disabled={isLooking}
          onClick={() => void find(likeness)}
        >
          {words}
        </button>
      ))}
      <form
        class="menu-form"
        onSubmit={(event) => {
          event.preventDefault();
          const traceId = traceIdIn(typed);
          if (traceId === null) setTold("A trace id has 32 hex digits; a traceparent or an address with one will do.");
          else if (traceId === trace.traceId) setTold("That is this trace itself.");
          else choose(traceId);
        }}
      >
        <Field
          grows
          value={typed}
          onValue={setTyped}
          placeholder="Or a trace id, or its address"
          label="The id of the other trace"
          testId="compare-id"
        />
        <button class="btn btn-s" type="submit">
          Compare
        </button>
      </form>
      {told === "" ? null : (
        <p class="is-error told" role="alert">
          {told}
        </p>
      )}
    </Popover>
  );
}
