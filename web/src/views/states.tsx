/** What stands where nothing else can: blanks with a way out, notices with a reason, skeletons in the shape of what comes. */

import type { ComponentChildren } from "preact";
import type { Problem } from "../model/problem";
import type { Reason } from "../model/span";
import { fromMs } from "../model/time";
import { type TimeRange, widerWindow } from "../model/time-range";
import { Icon } from "./glyphs";
import type { IconName } from "./sprite";

interface BlankProps {
  title: string;
  isError?: boolean;
  testId?: string;
  children: ComponentChildren;
  /** Buttons: the way out. */
  acts?: ComponentChildren;
}

export function Blank({ title, isError = false, testId = "empty", children, acts }: BlankProps) {
  return (
    <div class="blank" data-testid={testId} role={isError ? "alert" : undefined}>
      {isError ? <Icon name="error" class="is-error" /> : null}
      <p class="title">{title}</p>
      <p>{children}</p>
      {acts ? <p class="row acts">{acts}</p> : null}
    </div>
  );
}

/** The way out of a stretch of time in which there is nothing: the next longer one. */
export function LookFurther({ range, linkTo }: { range: TimeRange; linkTo: (range: TimeRange) => string }) {
  const wider = widerWindow(range, fromMs(Date.now()));
  return wider ? (
    <a class="btn btn-s" href={linkTo({ window: wider.id })}>
      Look at the {wider.label.toLowerCase()}
    </a>
  ) : null;
}

/** A problem that leaves a region with nothing to show. */
export function ProblemBlank({
  problem,
  onRetry,
  acts,
}: {
  problem: Problem;
  onRetry: () => void;
  acts?: ComponentChildren;
}) {
  return (
    <Blank
      title={problemTitle(problem)}
      isError
      testId="error-note"
      acts={
        <>
          {problem.kind === "stranger" ? (
            <a class="btn btn-s" href={signInAddress()}>
              Sign in
            </a>
          ) : (
            <button class="btn btn-s" type="button" onClick={onRetry}>
              Try again
            </button>
          )}
          {acts}
        </>
      }
    >
      {problem.message}
      {problem.isPassing ? " This page keeps asking by itself." : ""}
      <Slug slug={problem.slug} />
    </Blank>
  );
}

/** The sign-in page, which leads back here. */
export function signInAddress(): string {
  return `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
}

export function problemTitle(problem: Problem): string {
  switch (problem.kind) {
    case "unreachable":
      return "The server does not answer";
    case "unavailable":
      return "The server cannot answer now";
    case "stranger":
      return "You are not signed in any more";
    case "forbidden":
      return "You may not see this";
    case "missing":
      return "Not in the store";
    case "garbled":
      return "The answer makes no sense";
    case "refused":
      return "The server refused the question";
  }
}

interface NoticeProps {
  icon: IconName;
  title: string;
  tone?: "plain" | "slow" | "error";
  act?: ComponentChildren;
  children: ComponentChildren;
}

export function Notice({ icon, title, tone = "plain", act, children }: NoticeProps) {
  return (
    <div class={`notice ${tone === "plain" ? "" : `is-${tone}`}`}>
      <Icon name={icon} />
      <b>{title}</b>
      <p>{children}</p>
      {act}
    </div>
  );
}

/** Why something is not there, in the server's words, with what to do about it. */
export function ReasonNotice({ title, icon, reason }: { title: string; icon: IconName; reason: Reason }) {
  return (
    <Notice icon={icon} title={title}>
      <WithCode text={reason.message} />
      {reason.remedy ? (
        <span class="remedy">
          <WithCode text={reason.remedy} />
        </span>
      ) : null}
      <Slug slug={reason.slug} />
    </Notice>
  );
}

/** The name under which docs/messages.md tells more. */
function Slug({ slug }: { slug: string }) {
  return <code class="slug">{slug}</code>;
}

/** Words in backticks are drawn as code. */
function WithCode({ text }: { text: string }) {
  return <>{text.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>;
}

/** A grey bar as wide as a share of its room. */
export function Skeleton({ share }: { share: number }) {
  return <i class="skel" style={{ "--v": share }} />;
}
