/** Path rules: where a folder of a running service is in a repository, for what the server cannot find out by itself. */

import { useEffect, useId, useState } from "preact/hooks";
import type { PathRule } from "../../model/kept";
import type { Problem } from "../../model/problem";
import { may } from "../../state/session";
import * as settings from "../../state/settings";
import { Doing, Held, Refusal, Section } from "./section";

const EMPTY: Omit<PathRule, "id"> = { from: "", repository: "", to: "", service: "" };

export function Rules() {
  useEffect(() => void settings.rules.load(), []);
  return (
    <Section
      id="rules"
      title="Path rules"
      about="Mostly the server finds a deployed file by itself, by its path and content. Where it does not, a rule says so."
      right="admin"
    >
      <Held of={settings.rules}>
        {(found) => (
          <ul>
            {found.length === 0 ? <li class="muted">No rule.</li> : null}
            {found.map((rule) => (
              <li class="settings-row" key={rule.id} data-testid="rule">
                <code class="cut" title={rule.from}>
                  {rule.from}
                </code>
                <span class="muted">is</span>
                <code class="cut" title={`${rule.repository}/${rule.to}`}>
                  {rule.repository}/{rule.to}
                </code>
                <span class="muted cut">{rule.service === "" ? "every service" : rule.service}</span>
                {may("admin") ? (
                  <Doing label="Remove" sure="Really remove" onDo={() => settings.removeRule(rule)} />
                ) : null}
              </li>
            ))}
          </ul>
        )}
      </Held>
      {may("admin") ? <Add /> : null}
    </Section>
  );
}

function Add() {
  const [rule, setRule] = useState(EMPTY);
  const [problem, setProblem] = useState<Problem | null>(null);
  const list = useId();
  const field = (name: keyof typeof EMPTY, label: string, placeholder: string, isNeeded: boolean) => (
    <label class="labelled">
      <span class="label">{label}</span>
      <span class="field">
        <input
          type="text"
          placeholder={placeholder}
          data-testid={`rule-${name}`}
          required={isNeeded}
          list={name === "repository" ? list : undefined}
          spellcheck={false}
          value={rule[name]}
          onInput={(event) => setRule({ ...rule, [name]: event.currentTarget.value })}
        />
      </span>
    </label>
  );
  return (
    <>
      <form
        class="settings-form"
        onSubmit={async (event) => {
          event.preventDefault();
          setProblem(null);
          if (await settings.addRule(rule, setProblem)) setRule(EMPTY);
        }}
      >
        {field("from", "Folder of the service", "/srv/app", true)}
        {field("repository", "Repository", "shop", true)}
        {field("to", "Folder in it", "services/orders", false)}
        {field("service", "Only for", "every service", false)}
        <datalist id={list}>
          {settings.repositories.value.value?.map(({ id, name }) => (
            <option key={id} value={name} />
          ))}
        </datalist>
        <button class="btn" type="submit" data-testid="rule-add">
          Add
        </button>
      </form>
      <Refusal problem={problem} />
    </>
  );
}
