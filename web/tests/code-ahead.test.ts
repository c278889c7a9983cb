/** A file's page opened by its address asks before its scripts are there, once, and hears of failures all the same. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ALL_CODE, type CodePlace } from "../src/model/code-address";
import { file, lines, openFile, problem } from "../src/state/code";
import { askAhead, within } from "../src/state/code-ahead";

const RANGE = { window: "1h" };
const asked: string[] = [];
let refused: string | null;

beforeEach(() => {
  asked.length = 0;
  refused = null;
  vi.stubGlobal("location", { host: "localhost:4318" });
  vi.stubGlobal("fetch", async (address: string) => {
    const { pathname } = new URL(address, "http://x");
    asked.push(pathname);
    if (pathname === refused)
      return new Response(JSON.stringify({ error: { slug: "file-not-in-repository", message: "No such file." } }), {
        status: 404,
      });
    return new Response(JSON.stringify(answers[pathname] ?? {}));
  });
});
afterEach(() => vi.unstubAllGlobals());

const answers: Record<string, unknown> = {
  "/api/v1/code/file": {
    repository: "shop",
    commit: "c",
    taken_from: "commit",
    path: "a.py",
    total_lines: 1,
    lines: [[["n", "x"]]],
    functions: [],
  },
  "/api/v1/origins": {
    origins: [{ path: "a.py", line: 1, function: "f", count: 2, entries: 0, errors: 0, rate: 1, error_rate: 0 }],
  },
};
const at = (path: string): CodePlace => ({ ...ALL_CODE, repository: "shop", path });
const times = (path: string) => asked.filter((one) => one === path).length;

test("what was asked for ahead is taken by the page, and not asked for again", async () => {
  await askAhead(at("a.py"), RANGE);
  expect(asked.toSorted()).toEqual(["/api/v1/code/file", "/api/v1/origins"]);

  await openFile(at("a.py"), RANGE);

  await vi.waitFor(() => expect(file.value?.path).toBe("a.py"));
  expect(lines.value?.get(1)?.count).toBe(2);
  expect(times("/api/v1/code/file")).toBe(1);
});

test("a page that went on to another file in the meantime asks for that one", async () => {
  await askAhead(at("b.py"), RANGE);
  asked.length = 0;

  await openFile(at("c.py"), RANGE);

  expect(times("/api/v1/code/file")).toBe(1);
  expect(times("/api/v1/origins")).toBeGreaterThan(0);
});

test("a refusal is told by the page, not by whoever asked ahead", async () => {
  refused = "/api/v1/code/file";
  await askAhead(at("gone.py"), RANGE);

  void openFile(at("gone.py"), RANGE);

  await vi.waitFor(() => expect(problem.value?.message).toBe("No such file."));
  expect(times("/api/v1/code/file")).toBe(1);
});

test("a repository without a file asks for nothing ahead", async () => {
  await askAhead({ ...ALL_CODE, repository: "shop" }, RANGE);

  expect(asked).toEqual([]);
});

test("a file that other services may have another of the name of is counted of its own alone", () => {
  const place = { ...at("web/app/pay.py"), as: "app/pay.py", service: "the web" };

  expect(within(place, "", "4f2c91a")).toBe('commit:4f2c91a service:"the web"');
  expect(within(place, 'origin:"app/pay.py:4"', null)).toBe('origin:"app/pay.py:4" service:"the web"');
  expect(within({ ...place, service: null }, "", null)).toBe("");
});
