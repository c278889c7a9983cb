/** Links that open a line in the reader's editor. Nothing is asked of the editor; the browser asks the reader once. */

export const EDITORS = {
  vscode: { label: "VS Code", template: "vscode://file{file}:{line}" },
  cursor: { label: "Cursor", template: "cursor://file{file}:{line}" },
  pycharm: {
    label: "PyCharm",
    template: "jetbrains://pycharm/navigate/reference?project={repository}&path={path}:{line}",
  },
  idea: {
    label: "IntelliJ IDEA",
    template: "jetbrains://idea/navigate/reference?project={repository}&path={path}:{line}",
  },
  webstorm: {
    label: "WebStorm",
    template: "jetbrains://web-storm/navigate/reference?project={repository}&path={path}:{line}",
  },
} as const;
export type EditorName = keyof typeof EDITORS | "custom";

export interface EditorPlace {
  readonly repository: string;
  /** From the repository's root. */
  readonly path: string;
  readonly line: number;
  /** Where the repository lies on the reader's machine. */
  readonly folder: string;
}

/** Schemes that a browser would run or read itself. */
const FORBIDDEN = /^(?:javascript|data|vbscript|blob|file|about|view-source)$/i;

/** What is wrong with a template, in words; null when nothing is. */
export function templateProblem(template: string): string | null {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(template)?.[1];
  if (!scheme) return "It must begin with a scheme, as in editor://open?file={file}&line={line}.";
  if (FORBIDDEN.test(scheme)) return `${scheme}: is not an editor's.`;
  if (!/\{(?:file|path)\}/.test(template)) return "It must name the file: {file} in full, or {path} in its repository.";
  return null;
}

/** The address that opens a place; null when the template is no good, or needs a folder that is not known. */
export function editorLink(template: string, { repository, path, line, folder }: EditorPlace): string | null {
  if (templateProblem(template) !== null) return null;
  if (template.includes("{file}") && folder.trim() === "") return null;
  const root = folder.trim().replaceAll("\\", "/").replace(/\/+$/, "");
  const file = `${root.startsWith("/") ? "" : "/"}${root}/${path}`;
  // Colon and slash stay: editors read `/C:/shop/pay.py:88` as it stands.
  const written = (text: string) => encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%3A", ":");
  const values: Readonly<Record<string, string>> = { file, path, repository, line: String(line) };
  return template.replace(/\{(file|path|repository|line)\}/g, (_, name: string) => written(values[name]!));
}
