/** Which editor, where the repository lies on the reader's machine, and what kind of forge its host is. */

import { FORGES, type Forge } from "../../model/forge";
import type { Preview } from "../../model/span";
import { folderOf, onForge, setFolder, setForge } from "../../state/editor";
import { EditorChoice } from "../editor-choice";
import { Popover } from "../popover";

export function OutsideMenu({ preview, onClose }: { preview: Preview; onClose: () => void }) {
  const there = onForge(preview);
  return (
    <Popover label="Where lines are opened" role="dialog" onClose={onClose}>
      <EditorChoice />
      <label class="told">
        <span class="label">On your machine {preview.repository} lies in</span>
        <span class="field field-s">
          <input
            value={folderOf(preview)}
            data-testid="editor-folder"
            spellcheck={false}
            onInput={(event) => setFolder(preview.repository, event.currentTarget.value)}
          />
        </span>
      </label>
      {there ? (
        <label class="told">
          <span class="label">{there.host} is a</span>
          <span class="field field-s">
            <select
              value={there.forge ?? ""}
              data-testid="forge"
              onChange={(event) => setForge(there.host, event.currentTarget.value as Forge)}
            >
              {there.forge ? null : <option value="">forge of an unknown kind</option>}
              {FORGES.map((forge) => (
                <option key={forge}>{forge}</option>
              ))}
            </select>
          </span>
        </label>
      ) : null}
    </Popover>
  );
}
