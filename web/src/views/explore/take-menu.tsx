/** Takes the search elsewhere: its spans as a file, or the question as a command for a shell. */

import { useState } from "preact/hooks";
import { curlCommand, exportAddress } from "../../model/outward";
import { question } from "../../state/explorer";
import { copy } from "../../state/toast";
import { Icon } from "../glyphs";
import { Popover } from "../popover";

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
          <a
            class="menu-row"
            role="menuitem"
            href={exportAddress(asked, "json")}
            download="spans.ndjson"
            onClick={close}
          >
            Spans as JSON, one a line
          </a>
          <a class="menu-row" role="menuitem" href={exportAddress(asked, "csv")} download="spans.csv" onClick={close}>
            Spans as CSV
          </a>
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
