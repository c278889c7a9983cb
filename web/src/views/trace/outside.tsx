/** Out of the page: the line in the reader's editor, and on the forge of its repository. */

import type { Preview } from "../../model/span";
import { editorAddress, editorName, onForge } from "../../state/editor";
import { Icon } from "../glyphs";
import { lazily } from "../lazily";
import { Menu } from "../menu";

const OutsideMenu = lazily(() => import("./outside-menu").then((file) => file.OutsideMenu), null);

export function Outside({ preview }: { preview: Preview }) {
  const there = onForge(preview);
  const editor = editorAddress(preview);
  const words = `Open in ${editorName()}`;
  return (
    <>
      {there?.href ? (
        <a
          class="btn btn-s btn-quiet btn-icon"
          href={there.href}
          target="_blank"
          rel="noopener noreferrer"
          data-testid="open-forge"
          aria-label={`Open on ${there.forge}`}
          title={`Open on ${there.forge} at this commit`}
        >
          <Icon name="out" />
        </a>
      ) : null}
      <div class="row outside">
        {editor ? (
          <a
            class="btn btn-s btn-quiet btn-icon"
            href={editor}
            data-testid="open-editor"
            aria-label={words}
            title={`${words} (i)`}
          >
            <Icon name="editor" />
          </a>
        ) : null}
        <Menu
          testId="outside-menu"
          class={`btn-s btn-quiet ${editor ? "btn-narrow" : "btn-icon"}`}
          opens="dialog"
          name="Choose an editor"
          title={editor ? "Choose another editor" : "Choose the editor that lines are opened in"}
          label={<Icon name={editor ? "down" : "editor"} />}
          hasArrow={false}
        >
          {(close) => <OutsideMenu preview={preview} onClose={close} />}
        </Menu>
      </div>
    </>
  );
}
