/** Takes the search elsewhere: its spans as a file, or the question as a command for a shell. */

import { useState } from "preact/hooks";
import { curlCommand, exportAddress, type FileKind } from "../../model/outward";
import { question } from "../../state/explorer";
import { copy } from "../../state/toast";
import { Icon } from "../glyphs";
import { Popover } from "../popover";

const FILES: ReadonlyArray<readonly [FileKind, name: string, words: string]> = [
  ["json", "spans.ndjson", "Spans as JSON, one a line"],
  ["csv", "spans.csv", "Spans as CSV"],
  ["otlp", "spans.otlp.jsonl", "Whole spans as OTLP"],
  ["parquet", "spans.parquet", "Whole spans as Parquet"],
];

export function TakeMenu() {
  const [isOpen, setIsOpen] = useState(false);
  const asked = question.value;
  const close = () => setIsOpen(false);
  return (
    <div class="anchor">
      <button
        class="btn btn-s btn-quiet"
        type="button"
        data-testid="take-menu"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        disabled={asked === null}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Icon name="copy" />
        Export
      </button>
      {isOpen && asked ? (
        <Popover label="Export" onClose={close}>
          {FILES.map(([as, name, words]) => (
            <a
              class="menu-row"
              role="menuitem"
              key={as}
              href={exportAddress(asked, as)}
              download={name}
              data-testid={`export-${as}`}
              onClick={close}
            >
              {words}
            </a>
          ))}
          <button
            class="menu-row"
            type="button"
            role="menuitem"
            data-testid="copy-curl"
            onClick={() => {
              close();
              void copy(curlCommand(location.origin, asked), "Command");
            }}
          >
            Copy the search as curl
          </button>
        </Popover>
      ) : null}
    </div>
  );
}
