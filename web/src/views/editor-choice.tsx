/** The editor that lines are opened in: chosen once, kept in this browser. For the span's panel and the settings. */

import { EDITORS, type EditorName, templateProblem } from "../model/editor";
import { chooseEditor, customTemplate, editor } from "../state/editor";

const NAMES: ReadonlyArray<readonly [EditorName, string]> = [
  ...Object.entries(EDITORS).map(([name, { label }]) => [name as EditorName, label] as const),
  ["custom", "Another one"],
];

export function EditorChoice() {
  const now = editor.value;
  const problem = now === "custom" ? templateProblem(customTemplate.value) : null;
  return (
    <>
      <fieldset class="choices">
        <legend class="label">Open lines in</legend>
        {NAMES.map(([name, label]) => (
          <label class="menu-row" key={name}>
            <input
              type="radio"
              name="editor"
              value={name}
              checked={name === now}
              onChange={() => chooseEditor(name)}
              data-testid={`editor-${name}`}
            />
            {label}
          </label>
        ))}
      </fieldset>
      {now === "custom" ? (
        <label class="told">
          <span class="label">Its address</span>
          <span class={`field field-s ${problem ? "is-invalid" : ""}`}>
            <input
              value={customTemplate.value}
              placeholder="editor://open?file={file}&line={line}"
              aria-invalid={problem !== null}
              data-testid="editor-template"
              spellcheck={false}
              onInput={(event) => chooseEditor("custom", event.currentTarget.value)}
            />
          </span>
          <span class={problem && customTemplate.value !== "" ? "is-error" : "muted"} role="status">
            {(customTemplate.value !== "" && problem) || "{file} {path} {line} {repository}"}
          </span>
        </label>
      ) : null}
    </>
  );
}
