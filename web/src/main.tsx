/** Starts the page. */

import "./styles/index.css";
import { render } from "preact";
import { checkHealth } from "./state/health";
import { followAddress } from "./state/route";
import { loadSession } from "./state/session";
import { followSystem } from "./state/theme";
import { App } from "./views/app";

followAddress();
followSystem();
void checkHealth();
void loadSession();
render(<App />, document.getElementById("root") as HTMLElement);
