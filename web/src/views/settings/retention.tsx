/** How long and how much is kept. What is beyond goes within a minute, so a change is said in full before it is made. */

import { useEffect, useState } from "preact/hooks";
import { type Retention as Kept, sizeText } from "../../model/kept";
import { counted } from "../../model/numbers";
import type { Problem } from "../../model/problem";
import { may } from "../../state/session";
import * as settings from "../../state/settings";
import { Doing, Held, Refusal, Section } from "./section";

export function Retention() {
  useEffect(() => void settings.retention.load(), []);
  return (
    <Section
      id="retention"
      title="How long spans are kept"
      about="The oldest go first, a day at a time. An empty field keeps all."
      right="admin"
    >
      <Held of={settings.retention}>
        {(kept) => (
          <>
            <p data-testid="held">
              {kept.oldest === null
                ? "Nothing is held now."
                : `Held now: ${counted(kept.spans, "span")} of ${counted(kept.days, "day")} since ${kept.oldest}, ${sizeText(kept.bytes)} on the disk.`}
            </p>
            <Limits kept={kept} key={`${kept.keepDays}/${kept.keepGb}`} />
          </>
        )}
      </Held>
    </Section>
  );
}

function Limits({ kept }: { kept: Kept }) {
  const [days, setDays] = useState(String(kept.keepDays ?? ""));
  const [gigabytes, setGigabytes] = useState(String(kept.keepGb ?? ""));
  const [problem, setProblem] = useState<Problem | null>(null);
  const isChanged = days !== String(kept.keepDays ?? "") || gigabytes !== String(kept.keepGb ?? "");
  const field = (
    name: "keep_days" | "keep_gb",
    label: string,
    unit: string,
    most: number,
    value: string,
    set: (text: string) => void,
  ) => (
    <label class="field">
      <input
        type="number"
        min="1"
        max={most}
        step="1"
        aria-label={label}
        placeholder="all"
        data-testid={name}
        disabled={!may("admin") || kept.fixed.includes(name)}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
      />
      <span>{unit}</span>
    </label>
  );
  const save = () => {
    setProblem(null);
    void settings.changeRetention(limit(days), limit(gigabytes), setProblem);
  };
  return (
    <>
      <form class="settings-form" onSubmit={(event) => event.preventDefault()}>
        {field("keep_days", "Days kept", "days", 36_500, days, setDays)}
        {field("keep_gb", "Gigabytes kept", "GB", 1_000_000, gigabytes, setGigabytes)}
        {may("admin") && isChanged ? <Doing label="Keep so much" sure={warning(days, gigabytes)} onDo={save} /> : null}
      </form>
      {kept.fixed.map((name) => (
        <p class="muted" key={name}>
          {name === "keep_days" ? "Days were" : "Gigabytes were"} given when the server was started (
          <code>--{name.replace("_", "-")}</code>), and are changed there.
        </p>
      ))}
      <Refusal problem={problem} />
    </>
  );
}

function warning(days: string, gigabytes: string): string {
  const limits = [limit(days) && `${days} days`, limit(gigabytes) && `${gigabytes} GB`].filter(Boolean);
  return limits.length === 0 ? "Keep all" : `Remove what is beyond ${limits.join(" and ")}`;
}

function limit(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}
