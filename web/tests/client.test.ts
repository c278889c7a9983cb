import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { getSource, getSpan } from "../src/client/span";
import { searchSpans } from "../src/client/spans";
import { getTrace } from "../src/client/trace";

/** The server's part: what was asked for, and the answer to give. */
const asked: string[] = [];
let answer: () => Promise<Response>;

beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal("location", { host: "localhost:4318" });
  vi.stubGlobal("fetch", (address: string) => {
    asked.push(address);
    return answer();
  });
});
afterEach(() => vi.unstubAllGlobals());

const json = (body: unknown, status = 200) => {
  answer = async () => new Response(JSON.stringify(body), { status });
};
const search = () =>
  searchSpans({ query: "a&b=c #d", from: 1n, to: 1_795_339_010_074_000_001n, limit: 100, cursor: null });

const span = {
  trace_id: "a".repeat(32),
  span_id: "b".repeat(16),
  parent_span_id: null,
  service: "web",
  name: "GET",
  resource: "",
  kind: "client",
  start_ns: "1795339010074000001",
  duration_ns: 5,
  status: "unset",
  http_status: null,
  origin: null,
};

test("a search is asked for exactly, and its times lose no nanosecond", async () => {
  json({ spans: [span], cursor: "next", read_ns: 7 });

  const page = await search();

  const url = new URL(asked[0]!, "http://x");
  expect(Object.fromEntries(url.searchParams)).toEqual({
    q: "a&b=c #d",
    from: "1",
    to: "1795339010074000001",
    limit: "100",
  });
  expect(page).toMatchObject({ cursor: "next", readNs: 7 });
  expect(page.spans[0]).toMatchObject({ startNs: 1_795_339_010_074_000_001n, resource: "GET", origin: null });
});

test("a trace becomes typed arrays", async () => {
  const names = [
    "span_id",
    "parent",
    "name",
    "service",
    "resource",
    "kind",
    "status",
    "http_status",
    "start_offset_ns",
  ];
  const more = ["duration_ns", "origin_type", "origin_file", "origin_path", "origin_line", "origin_function", "events"];
  const columns = Object.fromEntries([...names, ...more].map((name) => [name, [1, 2]]));
  json({
    trace_id: "c",
    start_ns: "9",
    duration_ns: 3,
    strings: ["", "a", "b"],
    columns,
    marks: { row: [1], offset_ns: [5], name: [2] },
  });

  const trace = await getTrace("c");

  expect(trace.count).toBe(2);
  expect(trace.startNs).toBe(9n);
  expect(trace.duration).toBeInstanceOf(Float64Array);
  expect([...trace.originLine]).toEqual([1, 2]);
  expect([trace.markRow[0], trace.markAt[0], trace.markName[0]]).toEqual([1, 5, 2]);
});

test("a span keeps the server's own words for the Raw tab", async () => {
  const wire = {
    span,
    status_message: "",
    trace_state: "",
    scope: { name: "", version: "" },
    attributes: { n: "9007199254740993" },
    resource_attributes: {},
    events: [],
    links: [],
    missing_origin: null,
  };
  json(wire);

  expect(JSON.parse((await getSpan("a", "b")).raw)).toEqual(wire);
});

test("a source without a preview brings its reason", async () => {
  json({ frame: null, preview: null, missing: { slug: "no-repository", message: "m", remedy: null } });

  const source = await getSource({ traceId: "a", spanId: "b", frame: 0, context: 4 });

  expect(source).toEqual({ preview: null, missing: { slug: "no-repository", message: "m", remedy: null } });
});

describe("what goes wrong is told apart", () => {
  test.each([
    [400, "refused"],
    [404, "missing"],
    [503, "unavailable"],
  ])("a %d is %s, in the server's words", async (status, kind) => {
    json({ error: { slug: "search-value", message: "No such value.", offset: 3, hint: "error" } }, status);

    await expect(search()).rejects.toMatchObject({ kind, message: "No such value.", offset: 3, hint: "error" });
  });

  test("an error without a reason still has one to show", async () => {
    answer = async () => new Response("<h1>Bad gateway</h1>", { status: 502 });

    await expect(search()).rejects.toMatchObject({ kind: "unavailable", message: expect.stringContaining("502") });
  });

  test("another program at the address", async () => {
    answer = async () => new Response("<h1>Welcome to nginx</h1>");

    await expect(search()).rejects.toMatchObject({ kind: "garbled" });
  });

  test("nobody at the address", async () => {
    answer = () => Promise.reject(new TypeError("Failed to fetch"));

    await expect(search()).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringContaining("localhost:4318"),
    });
  });

  test("an asker who lost interest gets the abort itself", async () => {
    answer = () => Promise.reject(new DOMException("aborted", "AbortError"));

    await expect(search()).rejects.toMatchObject({ name: "AbortError" });
  });
});
