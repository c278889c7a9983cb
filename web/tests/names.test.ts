/** A function's spans are those of all its names, wherever above the repository's root the service was started. */

import { expect, test } from "vitest";
import { type CodeName, otherNames, searchOfNames } from "../src/model/names";

const place = { path: "app/cart.py", function: "app.cart.show", line: null };
const name = (path: string, fn: string, until: string | null = null): CodeName => ({ path, function: fn, until });

test("other names are told as spans call them, without the folders that they leave out", () => {
  const names = [
    name("services/web/app/basket.py", "app.basket.show"),
    name("services/web/app/cart.py", "app.cart.show", "abc1234"),
    name("legacy/cart.py", "legacy.cart.show", "def5678"),
  ];

  expect(otherNames(place, "services/web/app/cart.py", names)).toEqual([
    { key: { path: "app/basket.py", function: "app.basket.show", line: null }, until: null },
    { key: { path: "legacy/cart.py", function: "legacy.cart.show", line: null }, until: "def5678" },
  ]);
});

test("a path that ends alike by chance is not taken for the same folder", () => {
  const names = [name("my-app/cart.py", "app.cart.show"), name("my-app/old.py", "app.old.show", "abc1234")];

  expect(otherNames({ ...place, path: "app/cart.py" }, "my-app/cart.py", names).map(({ key }) => key.path)).toEqual([
    "my-app/cart.py",
    "my-app/old.py",
  ]);
});

test("a file that is followed alone keeps the function's name", () => {
  expect(otherNames(place, "app/cart.py", [name("app/old.py", "", "abc1234")])[0]!.key.function).toBe("app.cart.show");
});

test("the search has each name in brackets of its own, and is as it was for one name", () => {
  expect(searchOfNames(place, [])).toBe("file:app/cart.py fn:app.cart.show");
  const odd = { key: { path: "my app/cart.py", function: "cart.<locals>.show", line: null }, until: null };
  expect(searchOfNames(place, [odd])).toBe(
    '(file:app/cart.py fn:app.cart.show) OR (file:"my app/cart.py" fn:"cart.<locals>.show")',
  );
});
