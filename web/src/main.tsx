/** Starts the page. */

import "./styles/index.css";
import { render } from "preact";
import { askAhead } from "./state/code-ahead";
import { checkHealth } from "./state/health";
import { followAddress, page } from "./state/route";
import { loadSession } from "./state/session";
import { followSystem } from "./state/theme";
import { App, fileOfPage } from "./views/app";

const opened = page.value;
if (opened.name === "code") void askAhead(opened.place, opened.range);
// Asked for by the first layout they would come after it, and all be laid out again.
for (const family of ["Inter", '"JetBrains Mono"']) void document.fonts.load(`1em ${family}`).catch(() => {});
followAddress();
followSystem();
void checkHealth();
void loadSession();

/** A page whose file is nearly here is drawn with it: an empty frame before that delays it by a frame and more. */
const FILE_WAIT_MS = 150;
const waited = new Promise<void>((done) => setTimeout(done, FILE_WAIT_MS));
void Promise.race([fileOfPage(), waited]).then(() => {
  render(<App />, document.getElementById("root") as HTMLElement);
});
