/** Where a repository's forge shows a line at a commit. */

export const FORGES = ["GitHub", "GitLab", "Gitea", "Bitbucket", "Azure DevOps"] as const;
export type Forge = (typeof FORGES)[number];

/** A part of a forge's host by which it is known without asking. Their own hosts, and the usual names of one's own. */
const HINTS: ReadonlyArray<readonly [RegExp, Forge]> = [
  [/github/, "GitHub"],
  [/gitlab/, "GitLab"],
  [/gitea|forgejo|codeberg/, "Gitea"],
  [/bitbucket/, "Bitbucket"],
  [/^dev\.azure\.com$|\.visualstudio\.com$/, "Azure DevOps"],
];

export interface Home {
  readonly host: string;
  /** Of the repository, without a slash at its end. */
  readonly url: string;
}

/** A repository's page by its address, however that is spelled; null when no forge has it (a path, a file address). */
export function forgeHome(address: string): Home | null {
  const text = address.trim();
  const parts = /^(?:(https?|ssh|git|git\+ssh):\/\/)?(?:[^@/]*@)?([\w-]+(?:\.[\w-]+)*)(:\d+)?[:/]\/?([^?#\s]+)$/i.exec(
    text,
  );
  if (!parts) return null;
  const [, scheme = "", name, port = "", rest] = parts;
  // `host/path` and `git@host:path` have no scheme; a bare `folder/file` is nobody's address.
  if (!scheme && !name!.includes(".")) return null;
  const isWeb = /^https?$/i.test(scheme);
  let host = name!.toLowerCase();
  let path = rest!.replace(/\/+$/, "").replace(/\.git$/, "");
  if (!path.includes("/")) return null;
  if (host === "ssh.dev.azure.com" && path.startsWith("v3/")) {
    const [, organisation, project, repository] = path.split("/");
    host = "dev.azure.com";
    path = `${organisation}/${project}/_git/${repository}`;
  }
  const site = `${isWeb ? scheme.toLowerCase() : "https"}://${host}${isWeb ? port : ""}`;
  return { host, url: `${site}/${path.split("/").map(encodePart).join("/")}` };
}

/** Which forge a host is, by its name; null when that does not tell. */
export function forgeOf(host: string): Forge | null {
  return HINTS.find(([name]) => name.test(host))?.[1] ?? null;
}

/** The address of a line at a commit. */
export function forgeLink({ url }: Home, forge: Forge, commit: string, path: string, line: number): string {
  const file = path.split("/").map(encodePart).join("/");
  const at = encodePart(commit);
  switch (forge) {
    case "GitHub":
      return `${url}/blob/${at}/${file}#L${line}`;
    case "GitLab":
      return `${url}/-/blob/${at}/${file}#L${line}`;
    case "Gitea":
      return `${url}/src/commit/${at}/${file}#L${line}`;
    case "Bitbucket":
      return `${url}/src/${at}/${file}#lines-${line}`;
    case "Azure DevOps":
      return `${url}?path=${encodeURIComponent(`/${path}`)}&version=GC${at}&line=${line}&lineEnd=${line + 1}&lineStartColumn=1&lineEndColumn=1`;
  }
}

/** Once, whether it came encoded or not. */
function encodePart(part: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(part));
  } catch {
    return encodeURIComponent(part);
  }
}
