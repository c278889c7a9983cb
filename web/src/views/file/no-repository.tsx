/** The page of code while the server has none: the ways to give it some, and the first of them that works leads on. */

import { useEffect } from "preact/hooks";
import { relist } from "../../state/code-tree";
import { may, session } from "../../state/session";
import { Command } from "../command";
import { AddRepository, RepositoryRows, useRepositories } from "../settings/repositories";

export function NoRepository() {
  const known = useRepositories().value.value ?? [];
  const isReady = known.some(({ state }) => state === "ready");
  useEffect(() => {
    if (isReady) relist();
  }, [isReady]);
  return (
    <section class="scroll" data-testid="no-repository">
      <div class="sheet ways">
        <header>
          <h2>No code yet</h2>
          <p class="text-2">
            With the repository of a service, its spans show their lines, and each file what it costs in production.
            Only what git tracks is ever shown. Any one of these will do:
          </p>
        </header>
        <section>
          <h3 class="title">Add a folder, an address or a bundle</h3>
          <p class="muted">
            A checkout on the server’s machine is read where it lies; an address is cloned, and fetched again when a
            span names a commit that is not there.
          </p>
          {may("admin") ? (
            <AddRepository />
          ) : session.value ? (
            <p class="muted" data-testid="read-only">
              To add one takes the right admin. Ask whoever runs this server.
            </p>
          ) : null}
          <RepositoryRows of={known} />
        </section>
        <section>
          <h3 class="title">Start the server in your checkout</h3>
          <p class="muted">
            Or name checkouts: <code>spanorigin up --repo PATH</code>, once for each.
          </p>
          <Command text="cd PATH && spanorigin up" />
        </section>
        <section>
          <h3 class="title">Send a bundle from where the code is built</h3>
          <p class="muted">
            For repositories that the server cannot reach. Sent with each release, it has every commit that runs.
          </p>
          <Command
            text={`git bundle create - --all | curl --data-binary @- '${location.origin}/api/v1/repositories?name=shop'`}
          />
        </section>
      </div>
    </section>
  );
}
