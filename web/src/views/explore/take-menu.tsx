/** Takes spans elsewhere: those of a search or of a trace as a file, or the question as a command for a shell. */

import { type Asked, exportAddress, FILE_MOST, type FileKind } from "../../model/outward";
import { copy } from "../../state/toast";
import { Icon } from "../glyphs";
import { Menu } from "../menu";
import { Popover } from "../popover";

const FILES: ReadonlyArray<readonly [FileKind, words: string]> = [
  ["json", "Spans as JSON, one a line"],
  ["csv", "Spans as CSV"],
  ["otlp", "Whole spans as OTLP"],
  ["parquet", "Whole spans as Parquet"],
];

interface TakeMenuProps {
  /** Null while nothing was asked yet. */
  asked: Asked | null;
  /** How many spans a file may hold. */
  most?: number;
  /** The question as a command, and what it asks for. */
  command: (asked: Asked) => string;
  of: string;
  class: string;
}

export function TakeMenu({ asked, most = FILE_MOST, command, of, class: extra }: TakeMenuProps) {
  return (
    <Menu
      testId="take-menu"
      class={extra}
      disabled={asked === null}
      hasArrow={false}
      label={
        <>
          <Icon name="export" />
          Export
        </>
      }
    >
      {(close) =>
        asked ? (
          <Popover label="Export" onClose={close}>
            {FILES.map(([as, words]) => (
              <a
                class="menu-row"
                role="menuitem"
                key={as}
                href={exportAddress(asked, as, most)}
                download
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
                void copy(command(asked), "Command");
              }}
            >
              Copy the {of} as curl
            </button>
          </Popover>
        ) : null
      }
    </Menu>
  );
}
