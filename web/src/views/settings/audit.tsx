/** Who changed what: the newest lines of the audit log, for those who may see it. */

import { useEffect } from "preact/hooks";
import { exactTime } from "../../model/time";
import { may } from "../../state/session";
import * as settings from "../../state/settings";
import { Held, Section } from "./section";

export function Audit() {
  const isAdmin = may("admin");
  const lists = [settings.tokens, settings.rules, settings.repositories, settings.retention];
  // Every list is read again after a change, and then this one has a line more.
  useEffect(() => {
    if (isAdmin) void settings.audit.load();
  }, [isAdmin, ...lists.map((list) => list.value.value)]);
  return (
    <Section id="audit" title="Changes" about="The newest lines of the audit log." right="admin">
      {isAdmin ? (
        <Held of={settings.audit}>
          {(found) => (
            <ul>
              {found.length === 0 ? <li class="muted">Nothing was changed yet.</li> : null}
              {found.map((entry) => (
                <li class="settings-row" key={`${entry.atNs}${entry.what}`} data-testid="audit-entry">
                  <span class="muted clock" title={exactTime(entry.atNs)}>
                    {exactTime(entry.atNs).slice(0, 19)}
                  </span>
                  <span class="cut" title={`${entry.who} from ${entry.origin}`}>
                    {entry.who}
                  </span>
                  <span class="cut mono" title={entry.what}>
                    {entry.what}
                  </span>
                  <span class={entry.status >= 400 ? "is-error" : "muted"}>
                    {entry.status === 0 ? "" : entry.status}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Held>
      ) : null}
    </Section>
  );
}
