/** In which editor, and on which forge, this reader opens code. Kept in this browser alone. */

import { signal } from "@preact/signals";
import { EDITORS, type EditorName, editorLink } from "../model/editor";
import { FORGES, type Forge, forgeHome, forgeLink, forgeOf } from "../model/forge";
import type { Preview } from "../model/span";
import { recall, remember } from "./memory";

const known = (name: string | null): EditorName | null =>
  name === "custom" || (name !== null && name in EDITORS) ? (name as EditorName) : null;

export const editor = signal<EditorName | null>(known(recall("editor")));
/** The reader's own, for an editor that is not in the list. */
export const customTemplate = signal(recall("editor-template") ?? "");
/** Counts choices about repositories and hosts, so that links are drawn anew after one. */
const choices = signal(0);

export function chooseEditor(name: EditorName, template = customTemplate.value): void {
  editor.value = name;
  customTemplate.value = template;
  remember("editor", name);
  remember("editor-template", template);
}

/** Where a repository lies on the reader's machine: as told, or else where it lies on the server's. */
export function folderOf({ repository, root }: Preview): string {
  choices.value;
  return recall(`folder.${repository}`) || root;
}

export function setFolder(repository: string, folder: string): void {
  remember(`folder.${repository}`, folder);
  choices.value++;
}

export function setForge(host: string, forge: Forge): void {
  remember(`forge.${host}`, forge);
  choices.value++;
}

export function editorName(): string {
  const name = editor.value;
  return name === null || name === "custom" ? "your editor" : EDITORS[name].label;
}

/** The address that opens a preview's line in the chosen editor, where that line is now; null while nothing is chosen. */
export function editorAddress(preview: Preview): string | null {
  const name = editor.value;
  if (name === null) return null;
  const { repository, path, markedLine, drift } = preview;
  const template = name === "custom" ? customTemplate.value : EDITORS[name].template;
  return editorLink(template, { repository, path, line: drift?.line ?? markedLine, folder: folderOf(preview) });
}

export interface OnForge {
  readonly host: string;
  /** Null when the host's name does not tell, and the reader did not. */
  readonly forge: Forge | null;
  readonly href: string | null;
}

/** A preview's line where its repository is at home; null when that is on no forge, or the commit is not known. */
export function onForge({ address, commit, path, markedLine }: Preview): OnForge | null {
  choices.value;
  const home = forgeHome(address);
  if (!home || commit === null) return null;
  const forge = FORGES.find((one) => one === recall(`forge.${home.host}`)) ?? forgeOf(home.host);
  return { host: home.host, forge, href: forge && forgeLink(home, forge, commit, path, markedLine) };
}
