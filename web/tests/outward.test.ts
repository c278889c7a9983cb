import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { curlCommand, exportAddress, traceAsked, traceCommand } from "../src/model/outward";

const asked = { query: `service:web "it's $HOME" & @a:\\* OR ü`, from: 1_795_339_010_074_000_001n, to: 5n };

test("a shell hands curl exactly the search", () => {
  const shell = curlCommand("http://localhost:4318", asked).replace(/^curl/, "printf '%s\\n'");
  expect(execFileSync("sh", ["-c", shell], { encoding: "utf8" }).trimEnd().split("\n")).toEqual([
    "--get",
    "http://localhost:4318/api/v1/spans",
    "--data-urlencode",
    `q=${asked.query}`,
    "--data-urlencode",
    "from=1795339010074000001",
    "--data-urlencode",
    "to=5",
  ]);
});

test("a file is of the same search and the same stretch of time", () => {
  const { searchParams } = new URL(exportAddress(asked, "csv"), "http://h");
  expect(Object.fromEntries(searchParams)).toEqual({
    q: asked.query,
    from: "1795339010074000001",
    to: "5",
    as: "csv",
    limit: "100000",
  });
});

test("a trace is asked for from its first to its last nanosecond", () => {
  const trace = { traceId: "a".repeat(32), startNs: 10n, durationNs: 5 };

  expect(traceAsked(trace)).toEqual({ query: `trace_id:${trace.traceId}`, from: 10n, to: 16n });
  expect(traceCommand("http://h:1", trace.traceId)).toBe(`curl 'http://h:1/api/v1/traces/${trace.traceId}'`);
});
