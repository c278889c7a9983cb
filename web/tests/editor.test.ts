/** A link into an editor names the right file, and no template can make the browser run something. */

import { describe, expect, test } from "vitest";
import { EDITORS, editorLink, templateProblem } from "../src/model/editor";

const PLACE = { repository: "shop", path: "app/my pay#1.py", line: 88, folder: "/home/ada/src/shop" };

test("VS Code is given the file and the line", () => {
  expect(editorLink(EDITORS.vscode.template, PLACE)).toBe("vscode://file/home/ada/src/shop/app/my%20pay%231.py:88");
});

test("a folder of Windows is one too", () => {
  const link = editorLink(EDITORS.cursor.template, { ...PLACE, path: "pay.py", folder: "C:\\src\\shop\\" });

  expect(link).toBe("cursor://file/C:/src/shop/pay.py:88");
});

test("JetBrains' editors are given the project and the path in it, and need no folder", () => {
  const link = editorLink(EDITORS.pycharm.template, { ...PLACE, path: "app/pay.py", folder: "" });

  expect(link).toBe("jetbrains://pycharm/navigate/reference?project=shop&path=app/pay.py:88");
});

test("without a folder there is no link to a whole path", () => {
  expect(editorLink(EDITORS.vscode.template, { ...PLACE, folder: " " })).toBeNull();
});

test("values that look like templates are not filled in again", () => {
  expect(editorLink("zed://open?f={path}&r={repository}", { ...PLACE, repository: "{line}" })).toContain("%7Bline%7D");
});

describe("templates", () => {
  test.each(Object.values(EDITORS))("ours is good: $label", ({ template }) => {
    expect(templateProblem(template)).toBeNull();
  });

  test.each([
    "javascript:alert({file})",
    "JAVASCRIPT:{path}",
    "data:text/html,{file}",
    "file://{file}",
    "{file}",
    "zed:x",
  ])("%s is refused", (template) => {
    expect(templateProblem(template)).not.toBeNull();
    expect(editorLink(template, PLACE)).toBeNull();
  });
});
