/** Saved views: pages under a name, for everybody. Lists them, saves what is shown, replaces and removes. */

import { useEffect, useState } from "preact/hooks";
import { isSameAddress } from "../model/kept";
import { page } from "../state/route";
import * as saved from "../state/saved-views";
import { may } from "../state/session";
import { copy } from "../state/toast";
import { Field } from "./field";
import { Icon } from "./glyphs";
import { Popover } from "./popover";
import { problemTitle, Skeleton } from "./states";

export function ViewsMenu({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState("");
  const [doomed, setDoomed] = useState<string | null>(null);
  useEffect(() => void saved.views.load(), []);
  const views = saved.views.value.value;
  const problem = saved.views.problem.value;
  const here = location.pathname + location.search;
  const canWrite = may("write");
  return (
    <Popover role="dialog" label="Saved views" onClose={onClose}>
      <div class="views-menu" data-testid="views">
        {problem ? (
          <p class="is-error told">
            {problemTitle(problem)}. {problem.message}
          </p>
        ) : null}
        {!views && !problem ? <Skeleton share={0.7} /> : null}
        {views?.length === 0 ? (
          <p class="muted told">None yet. Save what you look at, and anybody finds it here.</p>
        ) : null}
        {views?.map((view) => {
          const isHere = isSameAddress(view.address, here);
          return (
            <div class={`row menu-row ${isHere ? "is-on" : ""}`} key={view.id} data-testid="saved-view">
              <a class="cut grow" href={view.address} title={view.address} onClick={onClose}>
                {view.name}
              </a>
              <button
                class="btn btn-s btn-quiet btn-icon"
                type="button"
                aria-label={`Copy the link to ${view.name}`}
                title="Copy its link: it stays the same when the view is renamed or replaced"
                onClick={() => copy(`${location.origin}/s/${view.slug}`, "Link")}
              >
                <Icon name="copy" />
              </button>
              {canWrite && !isHere ? (
                <button
                  class="btn btn-s btn-quiet"
                  type="button"
                  title="Put what is shown now in its place"
                  onClick={() => saved.replaceView(view, here)}
                >
                  Replace
                </button>
              ) : null}
              {canWrite ? (
                <button
                  class={`btn btn-s btn-quiet ${doomed === view.id ? "is-error" : "btn-icon"}`}
                  type="button"
                  aria-label={doomed === view.id ? `Really remove ${view.name}` : `Remove ${view.name}`}
                  onBlur={() => setDoomed(null)}
                  onClick={() => (doomed === view.id ? saved.dropView(view) : setDoomed(view.id))}
                >
                  {doomed === view.id ? "Remove" : <Icon name="x" />}
                </button>
              ) : null}
            </div>
          );
        })}
        {canWrite ? (
          <form
            class="menu-form"
            onSubmit={async (event) => {
              event.preventDefault();
              setWrong("");
              if (await saved.saveView(name.trim(), here, (found) => setWrong(found.message))) setName("");
            }}
          >
            <Field
              grows
              isRequired
              most={100}
              value={name}
              onValue={setName}
              placeholder={page.value.name === "explore" ? "Save this search as" : "Save this page as"}
              label="Name of the view"
              testId="view-name"
            />
            <button class="btn btn-s" type="submit">
              Save
            </button>
          </form>
        ) : (
          <p class="muted told">To save views takes the right write.</p>
        )}
        {wrong === "" ? null : (
          <p class="is-error told" role="alert">
            {wrong}
          </p>
        )}
      </div>
    </Popover>
  );
}
