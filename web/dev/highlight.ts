/** A few lines of made-up Python around any line, with tokens as Pygments would name them. */

import type * as wire from "../src/wire";

const CODE = `@router.post("/checkout", status_code=201)
async def checkout(body: CheckoutIn, db: Session = Depends(session)):
    cart = await db.get(Cart, body.cart_id)
    priced = await with_prices(cart, db)
    if priced["total"] == 0:
        raise HTTPException(400, "the cart is empty")
    order = await orders.post("/orders", json=priced)
    # The provider takes its time; nobody waits for more than 0.8 s.
    charge = Charge(order.id, cart.total, cart.currency, card)
    try:
        r = await client.post(url, json=charge.as_json(), timeout=0.8)
    except httpx.TimeoutException:
        raise HTTPException(502, "payment provider timed out")
    return Receipt(order=order.id, charge=r.json()["id"])
`.split("\n");

const TOKEN =
  /(?<c1>#.*)|(?<s2>"[^"]*")|(?<nd>@[\w.]+)|(?<k>\b(?:async|await|def|if|raise|try|except|return)\b)|(?<mf>\b\d+\.\d+\b)|(?<mi>\b\d+\b)|(?<n>\w+)|(?<p>[()[\]{},.:;]+)|(?<o>[=+*/<>!-]+)|(?<w>\s+)/g;

export function highlighted(frame: wire.Frame, context: number): wire.Preview {
  const firstLine = Math.max(1, frame.line - context);
  const lastLine = frame.line + context;
  const lines = Array.from({ length: lastLine - firstLine + 1 }, (_, index) => {
    const place =
      (firstLine + index - frame.line + (frame.path.endsWith("cart.py") ? 2 : 10) + CODE.length * 40) % CODE.length;
    return tokens(CODE[place]!);
  });
  return {
    path: frame.path,
    repository: "shop",
    address: "git@github.com:acme/shop.git",
    root: "/home/ada/src/shop",
    drift: frame.path.endsWith("cart.py")
      ? { commit: "9c0ffee1c7d1e5b9a3f6d8c2b4e7a1f0d3c6b9e2", state: "moved", line: frame.line + 3 }
      : null,
    commit: "4f2c91a0c7d1e5b9a3f6d8c2b4e7a1f0d3c6b9e2",
    taken_from: frame.path.includes("orders") ? "working_copy" : "commit",
    first_line: firstLine,
    marked_line: frame.line,
    total_lines: 1400,
    lines,
  };
}

function tokens(line: string): wire.Token[] {
  const found: wire.Token[] = [];
  let isName = false;
  for (const match of line.matchAll(TOKEN)) {
    const kind = Object.keys(match.groups ?? {}).find((name) => match.groups?.[name] !== undefined) ?? "";
    found.push([isName && kind === "n" ? "nf" : kind === "w" ? "" : kind, match[0]]);
    if (kind !== "w") isName = match[0] === "def";
  }
  return found;
}
