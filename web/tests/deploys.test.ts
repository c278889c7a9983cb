import { describe, expect, it } from "vitest";
import { type Deploy, deployName, deployWords, marksOn } from "../src/model/deploys";
import { fromMs } from "../src/model/time";

const NOON = fromMs(new Date(2026, 10, 22, 12, 0).getTime());
const MINUTE = 60_000_000_000n;
const at = (minutes: number) => NOON + BigInt(minutes) * MINUTE;

function deploy(service: string, version: string, before: string, minute: number, commits = ["", ""]): Deploy {
  return {
    service,
    version,
    commit: commits[0]!,
    at: at(minute),
    before: { version: before, commit: commits[1]! },
  };
}

describe("the marks of a chart", () => {
  const chart = { from: NOON, stepNs: Number(MINUTE) };

  it("stand at the beginning of the piece in which a version came", () => {
    expect(marksOn([deploy("web", "v2", "v1", 15)], chart, 60, NOON)).toEqual([
      { at: 0.25, words: "web v2 after v1, 12:15" },
    ]);
  });

  it("are one where two services were deployed in one piece", () => {
    const marks = marksOn([deploy("web", "v2", "v1", 15), deploy("orders", "8", "7", 15)], chart, 60, NOON);

    expect(marks).toEqual([{ at: 0.25, words: "web v2 after v1, 12:15\norders 8 after 7, 12:15" }]);
  });

  it("leave out what came before the chart begins or after it ends", () => {
    expect(marksOn([deploy("web", "v2", "v1", -1), deploy("web", "v3", "v2", 60)], chart, 60, NOON)).toEqual([]);
  });
});

describe("the words of a deploy", () => {
  it("have the service only where there are several", () => {
    const [web, orders] = [deploy("web", "v2", "v1", 1), deploy("orders", "8", "7", 2)];

    expect(deployName(web, [web])).toBe("v2");
    expect(deployName(web, [web, orders])).toBe("web v2");
  });

  it("tell two builds of one version apart by their commits", () => {
    const built = deploy("web", "dev", "dev", 5, ["0123456789", "abcdef0123"]);

    expect(deployWords(built, NOON)).toBe("web 0123456 after abcdef0, 12:05");
  });

  it("have the day where it was another one", () => {
    expect(deployWords(deploy("web", "v2", "", 5), NOON + 1440n * MINUTE)).toBe(
      "web v2 after unknown version, yesterday 12:05",
    );
  });
});
