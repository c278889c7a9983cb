/** Starts the page. */

import "./styles/index.css";
import { render } from "preact";
import { checkHealth } from "./state/health";
import { followAddress } from "./state/route";
import { loadSession } from "./state/session";
import { followSystem } from "./state/theme";
import { App, fileOfPage } from "./views/app";

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
