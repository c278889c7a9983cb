/** The first run: three commands to copy, proof that the server listens, and what will appear. Leaves with the first span. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { counted, durationText } from "../../model/numbers";
import type { Listener } from "../../model/span";
import { health, isAway, isStoreEmpty, watchClosely } from "../../state/health";
import { copy } from "../../state/toast";
import { Command } from "../command";
import { Frame } from "../frame";
import { Icon } from "../glyphs";
import { Notice, Skeleton } from "../states";
import { Example } from "./example";

type Source = "python" | "otlp";

export function FirstRunPage() {
  const [source, setSource] = useState<Source>("python");
  useEffect(watchClosely, []);
  // Nothing is drawn while it is not known whether this page is needed, so that it does not flash by.
  const isNeeded = isStoreEmpty.value || isAway.value;
  return (
    <Frame
      title="Waiting for the first span"
      class="first"
      keys={
        <span>
          <kbd>?</kbd>all keys
        </span>
      }
      facts={
        isNeeded ? (
          <>
            {isAway.value ? null : <span>store empty</span>}
            <span>this page leaves with the first span</span>
          </>
        ) : null
      }
    >
      <main class="scroll">
        {isNeeded ? (
          <div class="first-grid" data-testid="first-run">
            <div class="sheet">
              <header>
                <h1>
                  Waiting for the first span
                  <span class="dots" aria-hidden="true">
                    <i />
                    <i />
                    <i />
                  </span>
                </h1>
                <p class="text-2">
                  Everything stays on {isLocal() ? "this" : "the server’s"} machine: no account, no key, nothing sent
                  out.
                </p>
              </header>
              <SourceChoice source={source} onChoose={setSource} />
              {source === "python" ? <PythonSteps /> : <OtlpSteps />}
              <Ears />
            </div>
            <Example />
          </div>
        ) : null}
      </main>
    </Frame>
  );
}

function SourceChoice({ source, onChoose }: { source: Source; onChoose: (source: Source) => void }) {
  const choices: ReadonlyArray<readonly [Source, string]> = [
    ["python", "Python"],
    ["otlp", "Any OTLP source"],
  ];
  return (
    <div class="row">
      <span class="seg">
        {choices.map(([name, label]) => (
          <button key={name} type="button" aria-pressed={name === source} onClick={() => onChoose(name)}>
            {label}
          </button>
        ))}
      </span>
    </div>
  );
}

const USUAL_ORIGINS = ["http://localhost:4318", "http://127.0.0.1:4318"];

function PythonSteps() {
  const endpoint = USUAL_ORIGINS.includes(location.origin) ? "" : `SPANORIGIN_ENDPOINT=${location.origin} `;
  return (
    <ol>
      <Step n={1} title="Add the agent to your service" command={'pip install "spanorigin[run]"'}>
        It writes the origin onto the spans you have already. Nothing else changes.
      </Step>
      <Step n={2} title="Run it as you always do" command={`${endpoint}spanorigin run -- uvicorn app.main:app`}>
        With <code>spanorigin run --</code> in front. Spans go to this server, port {port()}.
      </Step>
      <Step n={3} title="Send one request" command="curl localhost:8000/">
        The explorer opens here by itself, with the first span and its line of code.
      </Step>
    </ol>
  );
}

function OtlpSteps() {
  return (
    <ol>
      <Step
        n={1}
        title="Point any OpenTelemetry SDK or collector here"
        command={`export OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin}`}
      >
        Spans that carry <code>code.file.path</code> and <code>code.line.number</code>, or Datadog’s code origin tags,
        show their line of code.
      </Step>
      <Step n={2} title="Speak OTLP over HTTP" command="export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf">
        Protobuf or JSON, gzip or plain, at <code>/v1/traces</code>.
      </Step>
      <Step n={3} title="Start it and send one request" command="curl localhost:8000/">
        The explorer opens here by itself.
      </Step>
    </ol>
  );
}

interface StepProps {
  n: number;
  title: string;
  command: string;
  children: ComponentChildren;
}

function Step({ n, title, command, children }: StepProps) {
  return (
    <li class="step">
      <span class="n">{n}</span>
      <div>
        <h2 class="title">{title}</h2>
        <p class="muted">{children}</p>
        <Command text={command} />
      </div>
    </li>
  );
}

/** What the server hears: each port that it listens on, and whether anybody has spoken there. */
function Ears() {
  const known = health.value;
  return (
    <section aria-label="What this server hears">
      <div class="section-head">
        <h2>What this server hears</h2>
        {known ? <span class="muted">up for {durationText(known.uptimeNs)}</span> : null}
      </div>
      <ol class="ears">
        {known ? (
          known.listeners.map((listener) => <Ear key={`${listener.port}${listener.protocol}`} listener={listener} />)
        ) : (
          <li class="ear">
            <Skeleton share={0.8} />
            <Skeleton share={0.6} />
            <Skeleton share={0.4} />
          </li>
        )}
      </ol>
      <div class="help">
        <Notice
          icon="info"
          title="Nothing after a request?"
          act={
            <button class="btn btn-s act" type="button" onClick={() => copy("spanorigin doctor", "Command")}>
              <Icon name="copy" />
              Copy command
            </button>
          }
        >
          <code>spanorigin doctor</code> runs in your service’s directory and names the first thing that is missing.
        </Notice>
      </div>
    </section>
  );
}

function Ear({ listener }: { listener: Listener }) {
  const { port, protocol, requests } = listener;
  return (
    <li class="ear">
      <span class="mono">{port}</span>
      <span>{protocol}</span>
      <span class="muted cut">{requests === 0 ? "no span sent yet" : counted(requests, "request")}</span>
      <span class="row">
        {isAway.value ? (
          "not answering"
        ) : (
          <>
            <span class="dot dot-live" />
            listening
          </>
        )}
      </span>
    </li>
  );
}

function isLocal(): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
}

function port(): string {
  return location.port || (location.protocol === "https:" ? "443" : "80");
}
