import { describe, expect, test } from "vitest";
import { filterAttributes, listAttributes, readException, withoutException } from "../src/model/attributes";
import { codeClass, lineText, withoutSharedIndent } from "../src/model/code";
import { pathAndLine, shortFunction, splitPath, tellingDirectories } from "../src/model/paths";
import { ServiceHues } from "../src/model/services";
import { barScale, slowness, typicalDurations } from "../src/model/slowness";
import { type Span, statusText, type Token } from "../src/model/span";
import { longestOriginName } from "../src/model/trace";
import { rowsInView, scrollToShow } from "../src/model/virtual";
import { traceOf } from "./columns";

describe("paths", () => {
  test("are split before the file name, on either slash", () => {
    expect(splitPath("web/app/pay.py")).toEqual({ directory: "web/app/", name: "pay.py" });
    expect(splitPath("C:\\srv\\pay.py")).toEqual({ directory: "C:\\srv\\", name: "pay.py" });
    expect(splitPath("pay.py")).toEqual({ directory: "", name: "pay.py" });
  });

  test("are copied as editors take them", () => {
    expect(pathAndLine({ path: "app/pay.py", line: 88 })).toBe("app/pay.py:88");
  });

  test("need only as much directory as tells them apart", () => {
    const telling = tellingDirectories([
      "web/a/views.py",
      "web/b/views.py",
      "x/b/views.py",
      "web/pay.py",
      "web/pay.py",
    ]);

    expect(Object.fromEntries(telling)).toEqual({
      "web/a/views.py": "a/",
      "web/b/views.py": "web/b/",
      "x/b/views.py": "x/b/",
    });
  });

  test("one that is the end of another is shown whole", () => {
    expect(Object.fromEntries(tellingDirectories(["b/views.py", "a/b/views.py"]))).toEqual({
      "b/views.py": "b/",
      "a/b/views.py": "a/b/",
    });
  });

  test("make the origin column as wide as the longest name in it", () => {
    const trace = traceOf([
      { parent: -1, path: "web/app/checkout.py", line: 21 },
      { parent: 0, path: "a/x.py", line: 1204 },
      { parent: 0 },
    ]);

    expect(longestOriginName(trace, new Map())).toBe("checkout.py:21".length);
  });
});

test.each([
  ["app.pay.Cart.pay", "web/app/pay.py", "Cart.pay"],
  ["app.checkout.checkout", "web/app/checkout.py", "checkout"],
  ["app.retry.retry_once.<locals>.wrapper", "web/app/retry.py", "retry_once.wrapper"],
  ["shop.orders.list", "shop/orders/__init__.py", "list"],
  ["__main__.run", "job.py", "run"],
  ["<module>", "job.py", "<module>"],
  ["pay", "web/app/pay.py", "pay"],
  ["pay", "pay.js", "pay"],
])("%s in %s is called %s", (qualified, path, short) => {
  expect(shortFunction(qualified, path)).toBe(short);
});

describe("source lines", () => {
  const lines = (...texts: string[]): Token[][] => texts.map((text) => [["", text]]);

  test("lose the indent that all share, blank lines aside", () => {
    expect(withoutSharedIndent(lines("    a", "", "      b")).map(lineText)).toEqual(["a", "", "  b"]);
    expect(withoutSharedIndent(lines("\ta", "    b")).map(lineText)).toEqual(["\ta", "    b"]);
    expect(withoutSharedIndent([]).map(lineText)).toEqual([]);
  });

  test("lose it across tokens too", () => {
    const [first] = withoutSharedIndent([
      [
        ["w", "  "],
        ["w", "  "],
        ["k", "return"],
      ],
    ]);
    expect(first).toEqual([["k", "return"]]);
  });

  test.each([
    ["k", "tok-keyword"],
    ["kn", "tok-keyword"],
    ["ow", "tok-keyword"],
    ["o", "tok-punct"],
    ["s2", "tok-string"],
    ["sd", "tok-string"],
    ["mi", "tok-number"],
    ["c1", "tok-comment"],
    ["nf", "tok-def"],
    ["nd", "tok-punct"],
    ["n", ""],
    ["nb", ""],
    ["", ""],
  ])("Pygments' %j is drawn as %j", (pygments, drawn) => {
    expect(codeClass(pygments)).toBe(drawn);
  });
});

describe("attributes", () => {
  const all = listAttributes({
    "http.route": "/cart",
    n: 3,
    ok: false,
    list: ["a", 1],
    "code.file.path": "/a.py",
    nil: null,
  });

  test("are sorted, typed, and those about code are marked", () => {
    expect(all.map(({ key, text, type }) => [key, text, type])).toEqual([
      ["code.file.path", "/a.py", "string"],
      ["http.route", "/cart", "string"],
      ["list", '["a",1]', "list"],
      ["n", "3", "number"],
      ["nil", "", "none"],
      ["ok", "false", "bool"],
    ]);
    expect(all.filter(({ isAboutCode }) => isAboutCode).map(({ key }) => key)).toEqual(["code.file.path"]);
  });

  test("are found by key or value, by every word, whatever the case", () => {
    const found = (words: string) => filterAttributes(all, words).map(({ key }) => key);
    expect(found("HTTP cart")).toEqual(["http.route"]);
    expect(found("http false")).toEqual([]);
    expect(found("  ")).toHaveLength(all.length);
  });

  test("of an exception are told in its own lines", () => {
    const attributes = {
      "exception.type": "KeyError",
      "exception.message": "'x'",
      "exception.stacktrace": "…",
      more: 1,
    };
    expect(readException({ name: "exception", timeNs: 0n, attributes })).toMatchObject({
      type: "KeyError",
      stack: "…",
    });
    expect(readException({ name: "retry", timeNs: 0n, attributes: {} })).toBeNull();
    expect(withoutException(attributes)).toEqual({ more: 1 });
  });
});

test("a status cell tells the HTTP status, else how the span ended", () => {
  expect(statusText("error", 502)).toBe("502");
  expect(statusText("error", null)).toBe("error");
  expect(statusText("unset", null)).toBe("ok");
});

test("a service keeps its hue, and the thirteenth shares one", () => {
  const hues = new ServiceHues();
  const given = Array.from({ length: 13 }, (_, index) => hues.of(`s${index}`));

  expect(given).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1]);
  expect(hues.of("s4")).toBe(5);
});

describe("slow spans", () => {
  const span = (durationMs: number, resource = "GET /"): Span =>
    ({ service: "web", resource, durationNs: durationMs * 1e6 }) as Span;
  const usual = Array.from({ length: 9 }, () => span(10));

  test("took three times the median of those like them", () => {
    const typical = typicalDurations([...usual, span(80)]);

    expect(slowness(span(80), typical)?.times).toBe(8);
    expect(slowness(span(25), typical)).toBeNull();
  });

  test("are not made of few, of other kinds, or of what nobody waits for", () => {
    expect(slowness(span(80), typicalDurations([...usual.slice(5), span(80)]))).toBeNull();
    expect(slowness(span(80, "POST /"), typicalDurations(usual))).toBeNull();
    expect(slowness(span(9), typicalDurations(Array.from({ length: 9 }, () => span(1))))).toBeNull();
  });

  test("do not flatten the bars of all others", () => {
    expect(barScale([...Array.from({ length: 200 }, () => span(10)), span(60_000)])).toBe(10e6);
    expect(barScale([])).toBe(1);
  });
});

describe("a long list", () => {
  test("draws the rows in view and a few around", () => {
    expect(rowsInView(0, 280, 28, 10_000)).toEqual({ first: 0, end: 16 });
    expect(rowsInView(28_000, 280, 28, 10_000)).toEqual({ first: 994, end: 1016 });
    expect(rowsInView(999_999, 280, 28, 100)).toEqual({ first: 100, end: 100 });
  });

  test("moves no farther than is needed to show a row", () => {
    expect(scrollToShow(5, 0, 280, 28)).toBe(0);
    expect(scrollToShow(10, 0, 280, 28)).toBe(28);
    expect(scrollToShow(2, 280, 280, 28)).toBe(56);
    expect(scrollToShow(100, 0, 280, 28, "middle")).toBe(2800 - 126);
  });
});
