/** Made-up traces of a made-up shop, always the same: what `npm run dev:mock` shows, the ugly cases among them. */

import type * as wire from "../src/wire";

/** What a span of the mock store knows; columns, rows and details are cut from it. */
export interface MockSpan {
  readonly span: wire.Span;
  readonly events: wire.SpanDetail["events"];
  readonly links: wire.SpanDetail["links"];
}

/** name, service, kind, depth, start and length in µs, origin `e|x path:line function`, status, further frames. */
type Line = readonly [string, string, wire.SpanKind, number, number, number, string, string?, string?];

const CHECKOUT: readonly Line[] = [
  ["POST /checkout", "web", "server", 0, 0, 1_210_000, "e web/app/checkout.py:21 app.checkout.checkout", "502"],
  ["SELECT carts", "web", "client", 1, 8000, 6100, "x web/app/checkout.py:22 app.checkout.checkout"],
  ["with_prices", "web", "internal", 1, 18_000, 292_000, ""],
  ...Array.from(
    { length: 12 },
    (_, number): Line => [
      "SELECT items",
      "web",
      "client",
      2,
      19_000 + 23_000 * number,
      9500 + 700 * (number % 4),
      "x web/app/cart.py:31 app.cart.with_prices",
    ],
  ),
  ["GET fx:EUR", "web", "client", 2, 305_000, 900, "x web/app/pricing.py:18 app.pricing.quote"],
  ["POST orders/orders", "web", "client", 1, 317_000, 82_400, "x web/app/checkout.py:26 app.checkout.checkout"],
  ["POST /orders", "orders", "server", 2, 322_000, 73_000, "e orders/orders/api.py:34 orders.api.create"],
  ["INSERT orders", "orders", "client", 3, 327_000, 9800, "x orders/orders/api.py:41 orders.api.create"],
  ["reserve", "orders", "internal", 3, 338_000, 35_700, ""],
  [
    "SELECT stock FOR UPDATE",
    "orders",
    "client",
    4,
    339_000,
    30_900,
    "x orders/orders/stock.py:52 orders.stock.reserve",
  ],
  ["publish order.placed", "orders", "producer", 3, 376_000, 4600, "x orders/orders/events.py:15 orders.events.placed"],
  ["consume order.placed", "admin", "consumer", 4, 424_000, 131_000, "e admin/jobs/tasks.py:12 jobs.tasks.placed"],
  ["UPDATE daily_sales", "admin", "client", 5, 428_000, 11_200, "x admin/jobs/tasks.py:19 jobs.tasks.placed"],
  ["SMTP mail.internal", "admin", "client", 5, 466_000, 86_300, "x admin/jobs/mail.py:27 jobs.mail.Mailer.send"],
  [
    "POST payments/charges",
    "web",
    "client",
    1,
    400_000,
    803_000,
    "x web/app/checkout.py:36 app.checkout.pay",
    "timeout",
    "web/app/checkout.py:27 app.checkout.checkout|web/app/retry.py:22 app.retry.retry_once.<locals>.wrapper",
  ],
  ["POST /charges", "payments", "server", 2, 390_000, 780_000, ""],
  ["SELECT accounts", "payments", "client", 3, 396_000, 3400, ""],
  ["risk.score", "payments", "internal", 3, 400_000, 54_100, ""],
  ["POST acquirer/authorise", "payments", "client", 3, 456_000, 706_000, ""],
  ["rollback", "web", "internal", 1, 1_203_000, 5200, ""],
  ["ROLLBACK", "web", "client", 2, 1_204_000, 0, "x web/app/db.py:64 app.db.Session.rollback"],
];

const REQUESTS: readonly Line[] = [
  ["GET /cart/{cart_id}", "web", "server", 0, 0, 84_100, "e web/app/cart.py:13 app.cart.show", "200"],
  ["SELECT items", "web", "client", 0, 0, 9500, "x web/app/cart.py:31 app.cart.with_prices"],
  ["POST /orders", "orders", "server", 0, 0, 73_000, "e orders/orders/api.py:34 orders.api.create", "201"],
  ["GET /search", "web", "server", 0, 0, 41_700, "e web/app/search.py:18 app.search.search", "200"],
  ["POST search/_search", "web", "client", 0, 0, 33_200, "x web/app/search.py:27 app.search.Index.query", "200"],
  ["GET /static/app.css", "web", "server", 0, 0, 5100, "", "200"],
  ["POST /cart/{cart_id}/lines", "web", "server", 0, 0, 112_000, "e web/app/cart.py:21 app.cart.add", "201"],
  ["COMMIT", "web", "client", 0, 0, 21_400, "x web/app/cart.py:24 app.cart.add"],
  ["SELECT stock FOR UPDATE", "orders", "client", 0, 0, 30_900, "x orders/orders/stock.py:52 orders.stock.reserve"],
  ["POST /checkout", "web", "server", 0, 0, 1_190_000, "e web/app/checkout.py:21 app.checkout.checkout", "502"],
  ["GET /account/orders", "web", "server", 0, 0, 73_500, "e web/app/account.py:44 app.account.OrdersView.get", "404"],
  ["consume order.placed", "admin", "consumer", 0, 0, 131_000, "e admin/jobs/tasks.py:12 jobs.tasks.placed"],
  ["render low_stock.html", "admin", "internal", 0, 0, 21_600, ""],
  [
    "GET /v2/organisations/{organisation_id}/warehouses/{warehouse_id}/items",
    "orders-europe-west",
    "server",
    0,
    0,
    42,
    "e warehouse/app/integrations/warehouse/providers/adapters/inventory.py:1204 app.integrations.WarehouseInventoryAdapter.reserve_or_backorder",
    "200",
  ],
];

export const CHECKOUT_TRACE = "5b8aa5a2d2c872e8321cf37308d69df2";
export const HUGE_TRACE = "00000000000000000000000000000001";
export const SKEWED_TRACE = "00000000000000000000000000000002";

export function checkoutTrace(startMs: number): MockSpan[] {
  return trace(CHECKOUT_TRACE, startMs, CHECKOUT);
}

/** A parent that never came, a clock that is behind, a name that never ends, forty levels. */
export function uglyTrace(startMs: number): MockSpan[] {
  const lines: Line[] = [
    ["GET /report", "web", "server", 0, 20_000, 400_000, "e web/app/report.py:9 app.report.show", "200"],
    ["GET reports/daily", "web", "client", 1, 30_000, 200_000, "x web/app/report.py:12 app.report.show"],
    ["GET /daily", "reports", "server", 2, 12_000, 120_000, "e reports/api.py:7 reports.api.daily"],
    ["SELECT totals", "reports", "client", 3, 20_000, 66_000, "x reports/db.py:88 reports.db.totals"],
    [
      "a_deeply_nested_and_very_long_span_name_that_no_column_will_ever_hold_in_full_whatever_its_width",
      "web",
      "internal",
      1,
      240_000,
      150_000,
      "",
    ],
  ];
  for (let depth = 2; depth < 40; depth++) {
    lines.push([`level ${depth}`, "web", "internal", depth, 240_000 + depth * 1000, 140_000 - depth * 2000, ""]);
  }
  const spans = trace(SKEWED_TRACE, startMs, lines);
  const orphan = trace(SKEWED_TRACE, startMs, [
    ["job without its parent", "worker", "consumer", 0, 300_000, 90_000, ""],
  ])[0]!;
  return [
    ...spans,
    { ...orphan, span: { ...orphan.span, span_id: "ffffffffffffffff", parent_span_id: "eeeeeeeeeeeeeeee" } },
  ];
}

/** `count` spans of single requests, newest first, with the checkout trace among them. */
export function recentSpans(count: number, endMs: number): MockSpan[] {
  const random = seeded(7);
  const spans: MockSpan[] = [...checkoutTrace(endMs - 2000)];
  let at = endMs - 1500;
  for (let made = 0; made < count; made++) {
    const [name, service, kind, depth, , length, ...rest] = REQUESTS[Math.floor(random() * REQUESTS.length)]!;
    at -= random() * 120;
    const spread = random() < 0.04 ? 5 + random() * 4 : 0.8 + random() * 0.4;
    const id = (made + 16).toString(16).padStart(32, "a");
    spans.push(...trace(id, at, [[name, service, kind, depth, 0, length * spread, ...rest] as Line]));
  }
  return spans.sort((a, b) => (BigInt(b.span.start_ns) > BigInt(a.span.start_ns) ? 1 : -1));
}

/** A tree of any size as columns, without an object per span: what a long-running job leaves behind. */
export function hugeTrace(count: number, startMs: number): wire.Trace {
  const random = seeded(3);
  const strings = ["", "batch.py", "web", "db", "step", "SELECT rows", "jobs/batch.py", "jobs.batch.step", "run"];
  const column = (fill: (row: number) => number) => Array.from({ length: count }, (_, row) => fill(row));
  const parent = column((row) => (row === 0 ? -1 : Math.max(0, row - 1 - Math.floor(random() * Math.min(row, 30)))));
  const isLeaf = column((row) => (row > 0 && random() < 0.6 ? 1 : 0));
  return {
    trace_id: HUGE_TRACE,
    start_ns: `${Math.round(startMs)}000000`,
    duration_ns: count * 1e6,
    strings,
    columns: {
      span_id: Array.from({ length: count }, (_, row) => (row + 1).toString(16).padStart(16, "0")),
      parent,
      name: column((row) => (row === 0 ? 8 : isLeaf[row] ? 5 : 4)),
      service: column((row) => (isLeaf[row] ? 3 : 2)),
      resource: column((row) => (row === 0 ? 8 : isLeaf[row] ? 5 : 4)),
      kind: column((row) => (row === 0 ? 2 : isLeaf[row] ? 3 : 1)),
      status: column(() => (random() < 0.001 ? 2 : 0)),
      http_status: column(() => 0),
      start_offset_ns: column((row) => row * 1e6),
      duration_ns: column((row) => (row === 0 ? count * 1e6 : Math.floor(1e5 + random() * 4e7))),
      origin_type: column((row) => (row === 0 ? 1 : isLeaf[row] ? 2 : 0)),
      origin_file: column(() => 6),
      origin_path: column(() => 6),
      origin_line: column((row) => 10 + (row % 90)),
      origin_function: column(() => 7),
      events: column(() => 0),
    },
    marks: { row: [], offset_ns: [], name: [] },
  };
}

function trace(traceId: string, startMs: number, lines: readonly Line[]): MockSpan[] {
  const above: string[] = [];
  return lines.map(([name, service, kind, depth, startUs, lengthUs, origin, status, frames], index) => {
    const spanId = (BigInt(`0x${traceId.slice(-12)}`) * 64n + BigInt(index + 1))
      .toString(16)
      .slice(-16)
      .padStart(16, "0");
    above[depth] = spanId;
    const http = /^\d+$/.test(status ?? "") ? Number(status) : null;
    const isError = status === "timeout" || (http !== null && http >= 500);
    const startNs = BigInt(Math.round(startMs * 1000)) * 1000n + BigInt(Math.round(startUs)) * 1000n;
    const span: wire.Span = {
      trace_id: traceId,
      span_id: spanId,
      parent_span_id: depth === 0 ? null : above[depth - 1]!,
      service,
      name,
      resource: name,
      kind,
      start_ns: String(startNs),
      duration_ns: Math.round(lengthUs * 1000),
      status: isError ? "error" : "unset",
      http_status: http,
      origin: readOrigin(origin, frames),
    };
    return {
      span,
      events: isError ? [exceptionAt(startNs + BigInt(Math.round(lengthUs)) * 900n)] : [],
      links:
        kind === "consumer"
          ? [{ trace_id: CHECKOUT_TRACE, span_id: above[0]!, attributes: { "messaging.batch": 1 } }]
          : [],
    };
  });
}

function readOrigin(text: string, further = ""): wire.Origin | null {
  if (text === "") return null;
  const frames = [text.slice(2), ...further.split("|").filter(Boolean)].map(readFrame);
  return { ...frames[0]!, type: text.startsWith("e") ? "entry" : "exit", frames };
}

function readFrame(text: string): wire.Frame {
  const [, path, line, name] = /^(.+):(\d+) (.+)$/.exec(text)!;
  return { file: `/srv/shop/${path}`, path: path!, line: Number(line), function: name! };
}

function exceptionAt(timeNs: bigint): wire.SpanDetail["events"][number] {
  return {
    name: "exception",
    time_ns: String(timeNs),
    attributes: {
      "exception.type": "httpx.ReadTimeout",
      "exception.message": "no bytes for 0.8 s from payments.internal:443",
      "exception.escaped": "False",
      "exception.stacktrace":
        'Traceback (most recent call last):\n  File "/srv/shop/web/app/checkout.py", line 36, in pay\n    r = await client.post(url, json=charge.as_json(), timeout=0.8)\n        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n  File "/usr/lib/python3.12/site-packages/httpx/_client.py", line 1859, in post\n    return await self.request(\n           ^^^^^^^^^^^^^^^^^^^\nhttpx.ReadTimeout: no bytes for 0.8 s from payments.internal:443\n',
    },
  };
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
