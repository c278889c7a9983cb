/** Which spans come from changed code, and what is said of what was compared. */

import { expect, test } from "vitest";
import { comparedPairs, comparedWords, markChanged, type ServiceChange } from "../src/model/changed";
import { traceOf } from "./columns";

const change = (more: Partial<ServiceChange> = {}): ServiceChange => ({
  service: "web",
  version: "v2",
  commit: "b".repeat(40),
  base: { version: "v1", commit: "a".repeat(40), isBefore: true },
  repository: "shop",
  places: [{ path: "app/pay.py", line: 3 }],
  missing: null,
  ...more,
});
const missing = { slug: "changes-without-commit", message: "The spans of web name no commit.", remedy: "Tell it." };

test("a span is marked when its service, file and line are all those of a changed place", () => {
  const trace = traceOf([
    { parent: -1, path: "app/pay.py", line: 3 },
    { parent: 0, path: "app/pay.py", line: 4 },
    { parent: 0, path: "app/cart.py", line: 3 },
    { parent: 0, path: "app/pay.py", line: 3, service: "orders" },
    { parent: 0 },
    { parent: 0, path: "app/pay.py", line: 3 },
  ]);

  const { rows, count } = markChanged(trace, [change()]);

  expect([Array.from(rows), count]).toEqual([[1, 0, 0, 0, 0, 1], 2]);
});

test("places that the trace does not know mark nothing", () => {
  const trace = traceOf([{ parent: -1, path: "app/pay.py", line: 3 }]);

  const elsewhere = [change({ service: "other" }), change({ places: [{ path: "app/gone.py", line: 3 }] })];

  expect(markChanged(trace, elsewhere).count).toBe(0);
  expect(markChanged(trace, []).count).toBe(0);
});

test("what was compared is said, with its order in time, and why where it could not be", () => {
  expect(comparedWords(change())).toBe("web: v2 against v1, which ran before");
  expect(comparedWords(change({ base: { version: "", commit: "c".repeat(40), isBefore: false } }))).toBe(
    "web: v2 against ccccccc, which came after",
  );
  expect(comparedWords(change({ base: null, missing }))).toBe("The spans of web name no commit. Tell it.");
  expect(comparedWords(change({ missing }))).toBe(
    "web: v2 against v1, which ran before. The spans of web name no commit. Tell it.",
  );
});

test("each pair of commits is told once, the older one first, and only where something changed", () => {
  const after = change({ service: "orders", base: { version: "", commit: "c".repeat(40), isBefore: false } });

  const pairs = comparedPairs([change(), change({ service: "again" }), after, change({ places: [] })]);

  expect(pairs.map(({ base, head }) => base[0]! + head[0]!)).toEqual(["ab", "bc"]);
});
