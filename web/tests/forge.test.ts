/** A repository's address, however it is spelled, leads to a line on its forge, and to nowhere else. */

import { describe, expect, test } from "vitest";
import { type Forge, forgeHome, forgeLink, forgeOf } from "../src/model/forge";

describe("the home of a repository", () => {
  test.each([
    ["https://github.com/acme/shop", "https://github.com/acme/shop"],
    ["https://github.com/acme/shop.git", "https://github.com/acme/shop"],
    ["https://ada:secret@github.com/acme/shop/", "https://github.com/acme/shop"],
    ["git@github.com:acme/shop.git", "https://github.com/acme/shop"],
    ["ssh://git@github.com:22/acme/shop.git", "https://github.com/acme/shop"],
    ["github.com/acme/shop", "https://github.com/acme/shop"],
    ["http://gitea.local:3000/acme/shop", "http://gitea.local:3000/acme/shop"],
    ["https://gitlab.example.org/group/sub/shop.git", "https://gitlab.example.org/group/sub/shop"],
    ["git@ssh.dev.azure.com:v3/acme/tools/shop", "https://dev.azure.com/acme/tools/_git/shop"],
    ["https://acme@dev.azure.com/acme/my%20tools/_git/shop", "https://dev.azure.com/acme/my%20tools/_git/shop"],
  ])("%s", (address, url) => {
    expect(forgeHome(address)?.url).toBe(url);
  });

  test.each([
    "",
    "/srv/git/shop.git",
    "file:///srv/git/shop.git",
    "../shop",
    "shop",
    "folder/shop",
    "javascript:alert(1)//github.com/a/b",
    "https://github.com",
    "data:text/html,github.com/a/b",
    'https://github.com"onclick="x/a/b',
  ])("%j has none", (address) => {
    expect(forgeHome(address)).toBeNull();
  });
});

test.each<[string, Forge | null]>([
  ["github.com", "GitHub"],
  ["github.acme.org", "GitHub"],
  ["gitlab.com", "GitLab"],
  ["codeberg.org", "Gitea"],
  ["bitbucket.org", "Bitbucket"],
  ["dev.azure.com", "Azure DevOps"],
  ["acme.visualstudio.com", "Azure DevOps"],
  ["git.acme.org", null],
])("%s is %s", (host, forge) => {
  expect(forgeOf(host)).toBe(forge);
});

test.each<[Forge, string]>([
  ["GitHub", "/blob/4f2c91a/app/my%20pay.py#L88"],
  ["GitLab", "/-/blob/4f2c91a/app/my%20pay.py#L88"],
  ["Gitea", "/src/commit/4f2c91a/app/my%20pay.py#L88"],
  ["Bitbucket", "/src/4f2c91a/app/my%20pay.py#lines-88"],
  ["Azure DevOps", "?path=%2Fapp%2Fmy%20pay.py&version=GC4f2c91a&line=88&lineEnd=89&lineStartColumn=1&lineEndColumn=1"],
])("a line on %s", (forge, tail) => {
  const home = forgeHome("https://example.org/acme/shop")!;

  expect(forgeLink(home, forge, "4f2c91a", "app/my pay.py", 88)).toBe(`https://example.org/acme/shop${tail}`);
});
