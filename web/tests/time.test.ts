import { expect, test } from "vitest";
import { ago, clockTime, dayAndClockTime, exactTime, fromMs, nearDate } from "../src/model/time";
import { DEFAULT_RANGE, rangeLabel, rangeReaching, resolveRange, widerWindow } from "../src/model/time-range";

const at = (text: string) => fromMs(Date.parse(text));
const noon = at("2026-11-22T12:04:31.102+01:00");

test("a clock time is the reader's own, to the millisecond", () => {
  expect(clockTime(noon)).toBe("12:04:31.102");
  expect(dayAndClockTime(noon)).toBe("22 Nov 12:04:31.102");
});

test("the exact time keeps every nanosecond and names its zone", () => {
  expect(exactTime(noon + 438_117n)).toBe("2026-11-22 12:04:31.102438117 (Europe/Berlin)");
});

test("a date is as near as the reader needs it", () => {
  expect(nearDate(at("2026-11-22T11:58:00+01:00"), noon)).toBe("today 11:58");
  expect(nearDate(at("2026-11-21T14:10:00+01:00"), noon)).toBe("yesterday 14:10");
  expect(nearDate(at("2026-11-17T14:10:00+01:00"), noon)).toBe("17 Nov 14:10");
  expect(nearDate(at("2025-11-17T14:10:00+01:00"), noon)).toBe("17 Nov 2025");
});

test("yesterday stays yesterday over the night when clocks change", () => {
  expect(nearDate(at("2026-10-24T23:30:00+02:00"), at("2026-10-25T23:30:00+01:00"))).toBe("yesterday 23:30");
});

test("how long ago is told in one unit, and a clock that is ahead is not hidden", () => {
  const plain = (text: string) => text.replaceAll("\u202f", " ");
  expect(plain(ago(noon - 2_000_000_000n, noon))).toBe("just now");
  expect(plain(ago(noon - 27_000_000_000n, noon))).toBe("27 s ago");
  expect(plain(ago(noon - 240_000_000_000n, noon))).toBe("4 min ago");
  expect(plain(ago(noon + 12_000_000_000n, noon))).toBe("in 12 s");
});

test("a window reaches up to now, and holds a span that starts this very moment", () => {
  const { from, to } = resolveRange(DEFAULT_RANGE, noon);

  expect(noon - from).toBe(900_000_000_000n);
  expect(to).toBeGreaterThan(noon);
});

test("an open end has the server's defaults", () => {
  expect(resolveRange({ from: null, to: noon }, noon + 5n)).toEqual({ from: noon - 900_000_000_000n, to: noon });
  expect(rangeLabel({ from: at("2026-11-22T11:00:00+01:00"), to: null }, noon)).toBe("Today 11:00 to now");
});

test("the next wider window really is wider, and the widest has none", () => {
  expect(widerWindow({ window: "15m" }, noon)?.id).toBe("1h");
  expect(widerWindow({ from: noon - 3_600_000_000_000n * 5n, to: noon }, noon)?.id).toBe("6h");
  expect(widerWindow({ window: "7d" }, noon)).toBeNull();
});

test("from a span one goes on to a time that holds it, and no longer one than it needs", () => {
  const minutesAgo = (minutes: bigint) => noon - minutes * 60_000_000_000n;
  expect(rangeReaching(minutesAgo(1n), noon)).toEqual(DEFAULT_RANGE);
  expect(rangeReaching(minutesAgo(40n), noon)).toEqual({ window: "1h" });
  expect(rangeReaching(minutesAgo(40n), noon, "24h")).toEqual({ window: "24h" });
  const old = minutesAgo(60n * 24n * 30n);
  expect(rangeReaching(old, noon)).toEqual({
    from: old - 43_200_000_000_000n,
    to: old + 43_200_000_000_000n,
  });
});
