/** Repositories whose code is shown: named at the start, by folder, by address to clone, or by an uploaded bundle. */

import { useEffect, useState } from "preact/hooks";
import type { Registration } from "../../model/kept";
import type { Problem } from "../../model/problem";
import { may } from "../../state/session";
import * as settings from "../../state/settings";
import { Icon } from "../glyphs";
import { Doing, Held, Refusal, Section } from "./section";

/** While one is being fetched its state is asked for so often. */
const LOOK_MS = 1000;

const KINDS: Readonly<Record<Registration["kind"], string>> = {
  start: "named when the server was started",
  path: "folder",
  url: "cloned",
  bundle: "bundle",
};

export function Repositories() {
  const shelf = useRepositories();
  return (
    <Section
      id="repositories"
      title="Repositories"
      about="Code is shown from these alone, as git has it at the commit that ran."
      right="admin"
    >
      <Held of={shelf}>
        {(found) => (
          <>
            {found.length === 0 ? <p>None yet, so no span shows its code.</p> : null}
            <RepositoryRows of={found} />
          </>
        )}
      </Held>
      {may("admin") ? <AddRepository /> : null}
    </Section>
  );
}

/** The repositories, asked for when they are first shown, and again and again while one of them is being fetched. */
export function useRepositories() {
  const shelf = settings.repositories;
  useEffect(() => void shelf.load(), []);
  const isFetching = shelf.value.value?.some(({ state }) => state === "fetching") ?? false;
  useEffect(() => {
    if (!isFetching) return;
    const timer = setInterval(shelf.load, LOOK_MS);
    return () => clearInterval(timer);
  }, [isFetching]);
  return shelf;
}

export function RepositoryRows({ of }: { of: readonly Registration[] }) {
  return (
    <ul>
      {of.map((one) => (
        <Row key={one.id} one={one} />
      ))}
    </ul>
  );
}

function Row({ one }: { one: Registration }) {
  const canChange = may("admin") && one.kind !== "start";
  return (
    <li class="settings-row" data-testid="repository">
      <Icon name="git" small />
      <b class="cut">{one.name}</b>
      <span class="cut muted mono" title={one.where}>
        {one.where}
      </span>
      <span class={`muted ${one.state === "failed" ? "is-error" : ""}`} data-testid="repository-state">
        {one.state === "ready" ? (
          one.commit ? (
            <code>{one.commit.slice(0, 7)}</code>
          ) : (
            KINDS[one.kind]
          )
        ) : one.state === "failed" ? (
          "failed"
        ) : (
          "fetching…"
        )}
      </span>
      {canChange && one.kind === "url" ? (
        <button class="btn btn-s btn-quiet" type="button" onClick={() => settings.refreshRepository(one)}>
          Fetch
        </button>
      ) : null}
      {canChange ? <Doing label="Remove" sure="Really remove" onDo={() => settings.removeRepository(one)} /> : null}
      {one.problem === null ? null : <p class="is-error">{one.problem}</p>}
    </li>
  );
}

/** By folder, by address, or by a bundle; for those who may. */
export function AddRepository() {
  const [where, setWhere] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  return (
    <>
      <form
        class="settings-form"
        onSubmit={async (event) => {
          event.preventDefault();
          setProblem(null);
          if (await settings.addRepository(where.trim(), setProblem)) setWhere("");
        }}
      >
        <label class="field grow">
          <input
            type="text"
            placeholder="/srv/src/shop, or https://example.com/acme/shop.git"
            aria-label="Folder on the server, or address to clone"
            data-testid="repository-where"
            required
            spellcheck={false}
            value={where}
            onInput={(event) => setWhere(event.currentTarget.value)}
          />
        </label>
        <button class="btn" type="submit" data-testid="repository-add">
          Add
        </button>
        <label class="btn">
          Upload a bundle
          <input
            class="sr"
            type="file"
            data-testid="repository-bundle"
            onChange={async (event) => {
              const field = event.currentTarget;
              const bundle = field.files?.[0];
              setProblem(null);
              if (bundle) await settings.addBundle(bundle.name.replace(/\.\w+$/, ""), bundle, setProblem);
              field.value = "";
            }}
          />
        </label>
      </form>
      <p class="muted">
        <code>git bundle create shop.bundle --all</code> writes a bundle, for repositories that the server cannot reach.
      </p>
      <Refusal problem={problem} />
    </>
  );
}
