/** What a span looks like here, by example; the caption says that it is one. */

import type { Preview } from "../../model/span";
import { CodeLines } from "../code";
import { Diamond, PlaceWords, ServiceMark, Unit } from "../glyphs";

const PLACE = { path: "app/cart.py", line: 13, function: "app.cart.show" };

const PREVIEW: Pick<Preview, "path" | "firstLine" | "markedLine" | "lines"> = {
  path: PLACE.path,
  firstLine: 12,
  markedLine: PLACE.line,
  lines: [
    [
      ["nd", "@router.get"],
      ["p", "("],
      ["s2", '"/{cart_id}"'],
      ["p", ")"],
    ],
    [
      ["k", "async"],
      ["", " "],
      ["k", "def"],
      ["", " "],
      ["nf", "show"],
      ["p", "("],
      ["n", "cart_id"],
      ["p", ":"],
      ["", " int"],
      ["p", ","],
      ["", " db"],
      ["p", ":"],
      ["", " Session"],
      ["p", "):"],
    ],
    [
      ["", "    cart "],
      ["o", "="],
      ["", " "],
      ["k", "await"],
      ["", " db"],
      ["p", "."],
      ["", "get"],
      ["p", "("],
      ["", "Cart"],
      ["p", ","],
      ["", " cart_id"],
      ["p", ")"],
    ],
    [
      ["", "    "],
      ["k", "if"],
      ["", " cart "],
      ["ow", "is"],
      ["", " "],
      ["kc", "None"],
      ["p", ":"],
    ],
  ],
};

export function Example() {
  return (
    <aside class="example" aria-label="What you will see">
      <p class="label">What a span looks like here</p>
      <div class="card">
        <div class="card-head">
          <ServiceMark hue={1} />
          <b>GET /cart/{"{cart_id}"}</b>
          <span class="grow" />
          <span class="status-code">200</span>
          <span>
            84.1
            <Unit>ms</Unit>
          </span>
        </div>
        <div class="orow">
          <span class="origin">
            <Diamond type="entry" />
            <PlaceWords place={PLACE} />
          </span>
          <span class="grow" />
          <span class="badge badge-entry">entry</span>
        </div>
        <CodeLines preview={PREVIEW} type="entry" />
      </div>
      <ul class="legend">
        <li>
          <Diamond type="entry" />
          <span>
            <b>entry</b>, the function of yours that handled it
          </span>
        </li>
        <li>
          <Diamond type="exit" />
          <span>
            <b>exit</b>, the line of yours that called out
          </span>
        </li>
      </ul>
    </aside>
  );
}
