/** The stack of an exception is read as its language writes it, innermost frame first; the rest is left as text. */

import { describe, expect, test } from "vitest";
import { readStack, userPath } from "../src/model/stack-trace";

const PYTHON = `Traceback (most recent call last):
  File "/srv/shop/app/rates.py", line 12, in rate
    return RATES[currency]
           ~~~~~^^^^^^^^^^
KeyError: 'XXX'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/shop/.venv/lib/python3.11/site-packages/flask/app.py", line 917, in full_dispatch_request
    rv = self.dispatch_request()
         ^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/shop/app/views.py", line 41, in Cart.show
    price = rate(currency)
  File "/srv/shop/app/rates.py", line 14, in rate
    raise UnknownCurrency(currency) from error
app.rates.UnknownCurrency: XXX
`;

const places = (text: string) =>
  readStack(text).map(({ title, frames }) => [
    title,
    ...frames.map((one) => `${one.file}:${one.line} ${one.function}`),
  ]);

test("Python's chain, innermost frame first in each", () => {
  expect(places(PYTHON)).toEqual([
    ["KeyError: 'XXX'", "/srv/shop/app/rates.py:12 rate"],
    [
      "app.rates.UnknownCurrency: XXX",
      "/srv/shop/app/rates.py:14 rate",
      "/srv/shop/app/views.py:41 Cart.show",
      "/srv/shop/.venv/lib/python3.11/site-packages/flask/app.py:917 full_dispatch_request",
    ],
  ]);
  expect(readStack(PYTHON)[0]!.frames[0]!.source).toBe("return RATES[currency]");
});

test.each([
  [
    "JavaScript",
    "TypeError: x is not a function\n    at pay (/srv/shop/src/pay.js:88:12)\n    at async Object.<anonymous> (file:///srv/shop/src/main.mjs:3:1)\n    at node:internal/process/task_queues:95:5",
    [
      "TypeError: x is not a function",
      "/srv/shop/src/pay.js:88 pay",
      "/srv/shop/src/main.mjs:3 Object.<anonymous>",
      "node:internal/process/task_queues:95 ",
    ],
  ],
  [
    "Java",
    "com.acme.Refused: no\n\tat com.acme.Pay.charge(Pay.java:88)\n\tat java.base/java.lang.Thread.run(Thread.java:840)",
    ["com.acme.Refused: no", "Pay.java:88 com.acme.Pay.charge", "Thread.java:840 java.base/java.lang.Thread.run"],
  ],
  [
    ".NET",
    "System.Exception: no\n   at Shop.Pay.Charge(String card) in /src/Shop/Pay.cs:line 88\n   at System.Threading.Run()",
    ["System.Exception: no", "/src/Shop/Pay.cs:88 Shop.Pay.Charge"],
  ],
  [
    "Go",
    "panic: no\n\ngoroutine 1 [running]:\nmain.pay(0x1, 0x2)\n\t/srv/shop/pay.go:88 +0x1d\nmain.main()\n\t/srv/shop/main.go:9 +0x20",
    ["panic: no", "/srv/shop/pay.go:88 main.pay", "/srv/shop/main.go:9 main.main"],
  ],
  [
    "Ruby",
    "/srv/shop/pay.rb:88:in 'charge': no (RuntimeError)\n\tfrom /srv/shop/main.rb:3:in `<main>'",
    ["", "/srv/shop/main.rb:3 <main>"],
  ],
  ["PHP", "#0 /srv/shop/pay.php(88): Pay->charge('x')\n#1 {main}", ["", "/srv/shop/pay.php:88 Pay->charge"]],
])("%s", (language, text, expected) => {
  const [title, ...frames] = places(text)[0]!;

  if (language === "Ruby") expect(frames).toEqual(expected.slice(1));
  else expect([title, ...frames]).toEqual(expected);
});

test("causes of Java follow each other", () => {
  const text = "a.B: x\n\tat a.B.c(B.java:1)\nCaused by: d.E: y\n\tat d.E.f(E.java:2)\n\t... 3 more";

  expect(places(text)).toEqual([
    ["a.B: x", "B.java:1 a.B.c"],
    ["d.E: y", "E.java:2 d.E.f"],
  ]);
});

test.each(["", "no stack at all", "at", 'File "x", line y', "  at  in :line ", "\0\u202e".repeat(50)])(
  "%j is no stack",
  (text) => {
    expect(readStack(text)).toEqual([]);
  },
);

test("a runaway recursion and endless lines are read only so far", () => {
  const frame = '  File "/srv/a.py", line 1, in f\n    f()\n';

  expect(readStack(frame.repeat(100_000))[0]!.frames.length).toBeLessThan(3000);
  expect(readStack(`    at ${"a(".repeat(200_000)}`)).toEqual([]);
});

describe("whose a frame is", () => {
  const of = (file: string, root = "/srv/shop", name = "f") => userPath({ file, function: name }, root);

  test("a file below the root is the user's, and told from there", () => {
    expect(of("/srv/shop/app/pay.py")).toBe("app/pay.py");
    expect(of("C:\\shop\\app\\pay.py", "C:\\shop")).toBe("app\\pay.py");
  });

  test.each([
    "/srv/shop/.venv/lib/python3.11/site-packages/flask/app.py",
    "/srv/shop/node_modules/express/index.js",
    "/usr/lib/python3.11/json/decoder.py",
    "/srv/shopping/app/pay.py",
    "<frozen importlib._bootstrap>",
    "node:internal/process",
  ])("%s is a library's", (file) => {
    expect(of(file)).toBeNull();
  });

  test("without a root what is not plainly a library's is shown as it is", () => {
    expect(of("/opt/pay.py", "")).toBe("/opt/pay.py");
    expect(of("/opt/lib/python3.12/json.py", "")).toBeNull();
  });

  test("Java tells by packages", () => {
    expect(of("Pay.java", "", "com.acme.Pay.charge")).toBe("Pay.java");
    expect(of("Thread.java", "", "java.lang.Thread.run")).toBeNull();
  });
});
