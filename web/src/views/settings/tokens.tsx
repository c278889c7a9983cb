/** Tokens that let programs and people in. A new one's secret is shown once, with a button that copies it. */

import { useEffect, useState } from "preact/hooks";
import { RIGHTS, type Right, type Token } from "../../model/kept";
import type { Problem } from "../../model/problem";
import { exactTime } from "../../model/time";
import { may, session } from "../../state/session";
import * as settings from "../../state/settings";
import { copy } from "../../state/toast";
import { Icon } from "../glyphs";
import { Notice } from "../states";
import { Doing, Held, Refusal, Section } from "./section";

const DAY_S = 86_400;
const VALID: ReadonlyArray<readonly [number | null, string]> = [
  [null, "until it is revoked"],
  [DAY_S, "a day"],
  [30 * DAY_S, "30 days"],
  [365 * DAY_S, "a year"],
];

export function Tokens() {
  const isAdmin = may("admin");
  useEffect(() => {
    if (isAdmin) void settings.tokens.load();
  }, [isAdmin]);
  return (
    <Section
      id="tokens"
      title="Tokens"
      about={
        session.value?.isDemanded === false
          ? "Nobody needs one on this machine alone; beyond it, or with --auth, everybody does."
          : "Programs show them to send spans or to ask, people to sign in."
      }
      right="admin"
    >
      {isAdmin ? (
        <>
          <Held of={settings.tokens}>
            {(found) => (
              <ul>
                {found.length === 0 ? <li class="muted">No token.</li> : null}
                {found.map((token) => (
                  <Row key={token.id} token={token} />
                ))}
              </ul>
            )}
          </Held>
          <Add />
        </>
      ) : null}
    </Section>
  );
}

function Row({ token }: { token: Token }) {
  const ends = token.expiresNs === null ? "until it is revoked" : `until ${day(token.expiresNs)}`;
  return (
    <li class="settings-row" data-testid="token">
      <b class="cut" title={token.name}>
        {token.name}
      </b>
      <span class="cut">{token.rights.join(", ")}</span>
      <span class="muted cut">{`since ${day(token.createdNs)}, ${token.isValid ? ends : "over"}`}</span>
      <Doing label="Revoke" sure="Really revoke" onDo={() => settings.revokeToken(token)} />
    </li>
  );
}

function Add() {
  const [name, setName] = useState("");
  const [rights, setRights] = useState<readonly Right[]>(["read"]);
  const [valid, setValid] = useState(0);
  const [secret, setSecret] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  return (
    <>
      <form
        class="settings-form"
        onSubmit={async (event) => {
          event.preventDefault();
          setProblem(null);
          const made = await settings.makeToken(name.trim(), rights, VALID[valid]![0], setProblem);
          if (made === null) return;
          setSecret(made);
          setName("");
        }}
      >
        <label class="field grow">
          <input
            type="text"
            placeholder="Who will use it"
            aria-label="Name of the token"
            data-testid="token-name"
            maxLength={100}
            required
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <span class="seg" role="group" aria-label="What it may do">
          {RIGHTS.filter(may).map((right) => (
            <button
              type="button"
              key={right}
              aria-pressed={rights.includes(right)}
              data-testid={`token-right-${right}`}
              onClick={() =>
                setRights(rights.includes(right) ? rights.filter((other) => other !== right) : [...rights, right])
              }
            >
              {right}
            </button>
          ))}
        </span>
        <label class="field">
          <select
            aria-label="How long it is valid"
            value={valid}
            onChange={(event) => setValid(Number(event.currentTarget.value))}
          >
            {VALID.map(([, words], at) => (
              <option value={at} key={words}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <button class="btn" type="submit" data-testid="token-add" disabled={rights.length === 0}>
          Make
        </button>
      </form>
      <Refusal problem={problem} />
      {secret === null ? null : (
        <Notice
          icon="info"
          title="The new token, shown this once"
          act={
            <button class="btn btn-s act" type="button" onClick={() => copy(secret, "Token")}>
              <Icon name="copy" />
              Copy
            </button>
          }
        >
          <code class="secret" data-testid="token-secret">
            {secret}
          </code>
        </Notice>
      )}
    </>
  );
}

function day(ns: bigint): string {
  return exactTime(ns).slice(0, 10);
}
