import { describe, expect, test } from "vitest";
import {
  askedOf,
  columnsIn,
  fieldsOf,
  isPlain,
  movedUp,
  PLAIN_COLUMNS,
  readColumns,
  template,
  withColumn,
} from "../src/model/columns";
import { isSameAddress, sizeText } from "../src/model/kept";
import { exportAddress } from "../src/model/outward";
import { fitting, likeness, type Offer, traceIdIn } from "../src/model/palette";
import { readingLines } from "../src/model/reading";

describe("columns", () => {
  test("are read from an address; nonsense is the plain ones, and none comes twice", () => {
    expect(readColumns("time,@http.route,time, ,source")).toEqual(["time", "@http.route", "source"]);
    expect(readColumns(null)).toBe(PLAIN_COLUMNS);
    expect(readColumns(" , ")).toBe(PLAIN_COLUMNS);
    expect(fieldsOf(readColumns(Array.from({ length: 20 }, (_, at) => `@a${at}`).join()))).toHaveLength(7);
  });

  test("come and go: our own to their usual place, fields to the end, and one always stays", () => {
    expect(withColumn(withColumn(PLAIN_COLUMNS, "source"), "source")).toEqual([
      "time",
      "service",
      "resource",
      "origin",
      "source",
      "duration",
      "status",
    ]);
    expect(withColumn(PLAIN_COLUMNS, "env").at(-1)).toBe("env");
    expect(withColumn(["time"], "time")).toEqual(["time"]);
    expect(isPlain(withColumn(withColumn(PLAIN_COLUMNS, "kind"), "kind"))).toBe(true);
    expect(movedUp(["a", "b", "c"], "c")).toEqual(["a", "c", "b"]);
    expect(movedUp(["a", "b"], "a")).toEqual(["a", "b"]);
  });

  test("by themselves leave the source line out where it has no room; what a reader chose is always there", () => {
    expect(columnsIn(PLAIN_COLUMNS, 1200)).toBe(PLAIN_COLUMNS);
    expect(columnsIn(PLAIN_COLUMNS, 700)).toEqual(PLAIN_COLUMNS.filter((column) => column !== "source"));
    expect(columnsIn(["source", "time"], 700)).toEqual(["source", "time"]);
  });

  test("with the source line ask for the commit too, since a line is only the same within one", () => {
    expect(askedOf(["time", "env"])).toEqual(["env"]);
    expect(askedOf(["source", "env"])).toEqual(["env", "commit"]);
    expect(askedOf(["source", "commit"])).toEqual(["commit"]);
    expect(template(["time", "@x"])).toBe("var(--col-time) var(--col-field)");
  });
});

describe("the palette", () => {
  const offer = (kind: Offer["kind"], text: string): Offer => ({ kind, text, to: text });

  test("finds by words in any order, and puts what begins so first", () => {
    expect(likeness("pay app", "app/pay.py:88")).not.toBeNull();
    expect(likeness("pay xyz", "app/pay.py:88")).toBeNull();
    expect(likeness("pay", "pay.py")!).toBeLessThan(likeness("pay", "repay.py")!);
  });

  test("offers a few of each kind, and the search for the words whatever they are", () => {
    const lines = Array.from({ length: 20 }, (_, at) => offer("Code", `app/pay.py:${at}`));
    const found = fitting("pay", [offer("Search", "Search spans for pay"), ...lines, offer("Go to", "Settings")]);
    expect(found.map(({ kind }) => kind)).toEqual([...Array(6).fill("Code"), "Search"]);
  });

  test("knows a trace id, also in a traceparent", () => {
    const id = "0AF7651916cd43dd8448eb211c80319c";
    expect(traceIdIn(id)).toBe(id.toLowerCase());
    expect(traceIdIn(`00-${id}-b7ad6b7169203331-01`)).toBe(id.toLowerCase());
    expect(traceIdIn(`${id}0`)).toBeNull();
  });
});

test("a search that was understood is read aloud", () => {
  const lines = readingLines({
    kind: "or",
    parts: [
      { kind: "match", key: "service", relation: "is", value: "web" },
      {
        kind: "not",
        parts: [{ kind: "match", key: "@k", relation: "exists", value: "*" }],
      },
      { kind: "text", value: "timeout" },
    ],
  });
  expect(
    lines.map(({ depth, words, what }) => `${" ".repeat(depth)}${words}${what === undefined ? "" : ` ${what}`}`),
  ).toEqual(["any of", " service is web", " none of", "  @k is there", " says timeout"]);
});

test("a view is known again, whatever the order of its parameters and whichever span is looked at", () => {
  expect(isSameAddress("/explore?q=a&window=1h", "/explore?window=1h&q=a&peek=x")).toBe(true);
  expect(isSameAddress("/explore?q=a", "/explore?q=b")).toBe(false);
});

test("sizes have two digits that matter", () => {
  expect([0, 999, 12_345, 345_678_901, 1.23e9].map(sizeText)).toEqual([
    "0\u202fB",
    "999\u202fB",
    "12\u202fkB",
    "346\u202fMB",
    "1.2\u202fGB",
  ]);
});

test("whole spans are exported by the archive, rows by the export", () => {
  const asked = { query: "a b", from: 1n, to: 2n };
  expect(exportAddress(asked, "otlp")).toBe("/api/v1/archive?q=a+b&from=1&to=2&as=otlp-json");
  expect(exportAddress(asked, "csv")).toMatch(/^\/api\/v1\/spans\/export\?/);
});
