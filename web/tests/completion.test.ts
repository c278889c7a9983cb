import { describe, expect, test } from "vitest";
import {
  completingAt,
  fieldChoice,
  fieldOfKey,
  keyChoice,
  knownChoices,
  valueChoice,
  withChoice,
} from "../src/model/completion";

/** A search with the caret where the bar is. */
const at = (written: string) => {
  const caret = written.indexOf("|");
  return completingAt(written.replace("|", ""), caret);
};

describe("what is being written", () => {
  test.each<[string, string | null, string]>([
    ["|", null, ""],
    ["ser|", null, "ser"],
    ["status:error ser|", null, "ser"],
    ["status:error |", null, ""],
    ["(a OR ser|)", null, "ser"],
    ["-ser|", null, "ser"],
    ["service:|", "service", ""],
    ["service:we|", "service", "we"],
    ["service:w|eb", "service", "w"],
    ["-service:we|", "service", "we"],
    ["service:(web OR or|)", "service", "or"],
    ["service:(|", "service", ""],
    ['name:"GET /p|', "name", "GET /p"],
    ["@http.route:/pa|", "@http.route", "/pa"],
    ["service:web AND sta|", null, "sta"],
    ["größe:ä|", "größe", "ä"],
  ])("%s", (written, key, prefix) => {
    expect(at(written)).toMatchObject({ key, prefix });
  });

  test.each(["serv|ice:web", "a O|R b", "(a)|"])("nothing that a choice could take the place of: %s", (written) => {
    expect(at(written)).toBeNull();
  });
});

describe("a choice", () => {
  const chosen = (written: string, insert: string) => {
    const caret = written.indexOf("|");
    const query = written.replace("|", "");
    const [text, to] = withChoice(query, completingAt(query, caret)!, { text: "", insert, note: "" });
    return `${text.slice(0, to)}|${text.slice(to)}`;
  };

  test("takes the place of the word, and the caret goes behind it", () => {
    expect(chosen("ser|", "service:")).toBe("service:|");
    expect(chosen("service:w|eb status:ok", "orders ")).toBe("service:orders| status:ok");
    expect(chosen("service:(web OR o|)", "orders ")).toBe("service:(web OR orders|)");
    expect(chosen("-k|", "kind:")).toBe("-kind:|");
    expect(chosen('name:"GET /p|', '"GET /pay" ')).toBe('name:"GET /pay" |');
  });

  test("is written so that it means itself", () => {
    expect(keyChoice("@user.first name", "").insert).toBe("@user.first\\ name:");
    expect(valueChoice("GET /pay", "").insert).toBe('"GET /pay" ');
    expect(valueChoice("a*b", "").insert).toBe('"a*b" ');
  });
});

test("a field says what its values are", () => {
  expect(fieldChoice({ name: "@final_price", kind: "number" })).toEqual({
    text: "@final_price",
    insert: "@final_price:",
    note: "number",
  });
  expect(fieldChoice({ name: "http_status", kind: "field" }).note).toBe("");
});

test("words of the language are known without asking, values of fields are asked for", () => {
  const texts = (written: string) => knownChoices(at(written)!).map(({ text }) => text);
  expect(texts("st|")).toEqual(["status"]);
  expect(texts("status:e|")).toEqual(["error"]);
  expect(texts("has:|")).toEqual(["origin", "error", "parent"]);
  expect(texts("service:w|")).toEqual([]);
  expect(["status", "duration", "trace_id"].map(fieldOfKey)).toEqual([null, null, null]);
  expect(["service", "origin", "@user.first\\ name"].map(fieldOfKey)).toEqual(["service", "line", "@user.first name"]);
});

test("no text and no place in it is too much", () => {
  const pieces = ["service:", "a", "(", ")", '"', "\\", " ", "OR", "-", "@k:", "[1 TO ", "ä", "😀"];
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let round = 0; round < 500; round++) {
    const query = Array.from({ length: random(9) }, () => pieces[random(pieces.length)]).join("");
    for (let caret = 0; caret <= query.length; caret++) {
      const found = completingAt(query, caret);
      if (!found) continue;
      expect(found.start <= caret && caret <= found.end && found.end <= query.length, `${query} at ${caret}`).toBe(
        true,
      );
    }
  }
});
