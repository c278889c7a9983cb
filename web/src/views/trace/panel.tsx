/** The selected span: its origin first, then everything else that is known of it. */

import { useState } from "preact/hooks";
import type { SpanDetail } from "../../model/span";
import { readRow } from "../../model/trace";
import * as state from "../../state/trace";
import { ServiceMark, StatusBadge } from "../glyphs";
import { lazily } from "../lazily";
import { CloseButton } from "../menu";
import { ProblemBlank, Skeleton } from "../states";
import { Overview } from "./overview";

/** What the tabs beside the first show is in a file of its own. */
const tabs = () => import("./tabs");
const AttributesTab = lazily(() => tabs().then((file) => file.AttributesTab), <TabSkeleton />);
const EventsTab = lazily(() => tabs().then((file) => file.EventsTab), <TabSkeleton />);
const StackTab = lazily(() => tabs().then((file) => file.StackTab), <TabSkeleton />);
const LinksTab = lazily(() => tabs().then((file) => file.LinksTab), <TabSkeleton />);
const RawTab = lazily(() => tabs().then((file) => file.RawTab), <TabSkeleton />);

interface PanelProps {
  opened: state.OpenTrace;
  row: number;
  onClose: () => void;
}

type TabName = "overview" | "attributes" | "events" | "stack" | "links" | "raw";

export function SpanPanel({ opened, row, onClose }: PanelProps) {
  const [tab, setTab] = useState<TabName>("overview");
  const span = readRow(opened.trace, row);
  const loaded = state.detail.value;
  const detail = loaded?.span.spanId === span.spanId ? loaded : null;
  const problem = state.detailProblem.value;
  return (
    <aside class="side-right scroll" aria-label="Selected span" data-testid="span-panel">
      <header class="span-head">
        <div class="row">
          <ServiceMark hue={opened.hues.of(span.service)} />
          <div class="grow span-title">
            <h2 class="title">{span.resource}</h2>
            {span.kind === "unspecified" ? null : <span class="badge">{span.kind}</span>}
            <StatusBadge status={span.status} httpStatus={span.httpStatus} />
          </div>
          <CloseButton what="the panel" onClose={onClose} />
        </div>
      </header>
      <Tabs tab={tab} onChoose={setTab} detail={detail} />
      <div role="tabpanel" id="panel-body" aria-labelledby={`tab-${tab}`} key={span.spanId}>
        {tab === "overview" ? (
          <Overview opened={opened} span={span} detail={detail} onAll={() => setTab("attributes")} />
        ) : detail ? (
          <Body tab={tab} detail={detail} opened={opened} />
        ) : problem ? null : (
          <TabSkeleton />
        )}
        {!detail && problem ? <ProblemBlank problem={problem} onRetry={state.retryDetail} /> : null}
      </div>
    </aside>
  );
}

function Body({ tab, detail, opened }: { tab: TabName; detail: SpanDetail; opened: state.OpenTrace }) {
  switch (tab) {
    case "attributes":
      return <AttributesTab detail={detail} />;
    case "events":
      return <EventsTab detail={detail} />;
    case "stack":
      return <StackTab detail={detail} />;
    case "links":
      return <LinksTab links={detail.links} opened={opened} />;
    case "raw":
      return <RawTab raw={detail.raw} />;
    case "overview":
      return null;
  }
}

function Tabs({
  tab,
  onChoose,
  detail,
}: {
  tab: TabName;
  onChoose: (tab: TabName) => void;
  detail: SpanDetail | null;
}) {
  const parts: ReadonlyArray<{ name: TabName; label: string; count?: number | undefined }> = [
    { name: "overview", label: "Overview" },
    { name: "attributes", label: "Attributes", count: detail ? Object.keys(detail.attributes).length : undefined },
    { name: "events", label: "Events", count: detail?.events.length },
    { name: "stack", label: "Stack", count: detail?.span.origin?.frames.length },
    { name: "links", label: "Links", count: detail?.links.length },
    { name: "raw", label: "Raw" },
  ];
  const step = (by: number) => {
    const at = parts.findIndex(({ name }) => name === tab);
    const to = parts[(at + by + parts.length) % parts.length]!.name;
    onChoose(to);
    document.getElementById(`tab-${to}`)?.focus();
  };
  return (
    <div
      class="tabs"
      role="tablist"
      aria-label="Parts of the span"
      onKeyDown={(event) => {
        if (event.key === "ArrowRight") step(1);
        else if (event.key === "ArrowLeft") step(-1);
        else return;
        event.preventDefault();
      }}
    >
      {parts.map(({ name, label, count }) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={name === tab}
          aria-controls="panel-body"
          tabIndex={name === tab ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {label}
          {count ? <span class="n">{count}</span> : null}
        </button>
      ))}
    </div>
  );
}

function TabSkeleton() {
  return (
    <div class="panel-skel" aria-hidden="true">
      <Skeleton share={0.6} />
      <Skeleton share={0.8} />
      <Skeleton share={0.5} />
      <Skeleton share={0.7} />
    </div>
  );
}
