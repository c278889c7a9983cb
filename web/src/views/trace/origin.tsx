/**
 * The reason for all this: which line of the reader's code the span comes from.
 *
 * Place and type are known from the trace's columns at once; frames come with the span, the lines with a third answer.
 * Whatever is missing says why, and what to do.
 */

import { useState } from "preact/hooks";
import { pathAndLine, shortFunction } from "../../model/paths";
import type { Frame, Preview, SpanDetail } from "../../model/span";
import type { EpochNs } from "../../model/time";
import type { TraceRow } from "../../model/trace";
import { editorAddress } from "../../state/editor";
import { copy } from "../../state/toast";
import { detailProblem } from "../../state/trace";
import { Diamond, Icon, PlaceWords, placeTitle } from "../glyphs";
import { useKeys } from "../keys";
import { Notice, ReasonNotice } from "../states";
import { LineRed } from "./line-red";
import { Outside } from "./outside";
import { fileLink, SourceLines } from "./source-lines";

interface OriginSectionProps {
  traceId: string;
  span: TraceRow;
  startNs: EpochNs;
  detail: SpanDetail | null;
}

export function OriginSection({ traceId, span, startNs, detail }: OriginSectionProps) {
  const [frame, setFrame] = useState(0);
  const [preview, setPreview] = useState<Preview | null>(null);
  useKeys({
    o: () => document.querySelector<HTMLElement>("[data-testid=open-file]")?.click(),
    i: () => {
      const address = preview && editorAddress(preview);
      if (address) location.assign(address);
      else document.querySelector<HTMLElement>("[data-testid=outside-menu]")?.click();
    },
  });
  if (!span.origin) return <MissingOrigin span={span} detail={detail} />;
  const frames = detail?.span.origin?.frames ?? [];
  const place = frames[frame] ?? span.origin;
  const { type } = span.origin;
  return (
    <>
      <section class="section" aria-label="Code origin" data-testid="origin-section">
        <div class="section-head">
          <Diamond type={type} />
          <h3>Code origin</h3>
          <span class={`badge badge-${type}`}>{type}</span>
          <span class="badge" title="The process itself told this line when the span began">
            captured
          </span>
          <span class="grow" />
          <button
            class="btn btn-s btn-quiet btn-icon"
            type="button"
            data-testid="copy-path"
            aria-label="Copy path and line"
            title={`Copy ${pathAndLine(place)} (c)`}
            onClick={() => copy(pathAndLine(place), "Path")}
          >
            <Icon name="copy" />
          </button>
          {preview ? <Outside preview={preview} /> : null}
        </div>
        <p class="where" title={placeTitle(place)}>
          {preview ? (
            <a class="origin" href={fileLink(preview, place.path, span.service, startNs)}>
              <PlaceWords place={place} />
            </a>
          ) : (
            <span class="origin">
              <PlaceWords place={place} />
            </span>
          )}
        </p>
        <SourceLines
          traceId={traceId}
          spanId={span.spanId}
          startNs={startNs}
          frame={frame}
          path={place.path}
          service={span.service}
          type={type}
          onFound={setPreview}
          foot={frame === 0 ? <LineRed place={span.origin} startNs={startNs} /> : null}
        />
      </section>
      {frames.length > 1 ? <Frames frames={frames} chosen={frame} onChoose={setFrame} /> : null}
    </>
  );
}

function Frames({
  frames,
  chosen,
  onChoose,
}: {
  frames: readonly Frame[];
  chosen: number;
  onChoose: (frame: number) => void;
}) {
  return (
    <section class="section" aria-label="Your frames">
      <div class="section-head">
        <h3>Your frames</h3>
        <span class="muted">innermost first</span>
      </div>
      <ol class="frames">
        {frames.map((frame, index) => (
          <li key={index}>
            <button
              class={`frame ${index === chosen ? "is-selected" : ""}`}
              type="button"
              data-testid="frame-item"
              aria-pressed={index === chosen}
              title={placeTitle(frame)}
              onClick={() => onChoose(index)}
            >
              <span class="n">{index}</span>
              <FrameWords frame={frame} />
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function FrameWords({ frame }: { frame: Frame }) {
  return (
    <>
      <span class="fn cut">{shortFunction(frame.function, frame.path) || "–"}</span>
      <span class="origin">
        <PlaceWords place={frame} fn={false} />
      </span>
    </>
  );
}

function MissingOrigin({ span, detail }: { span: TraceRow; detail: SpanDetail | null }) {
  const asking = detailProblem.value ? "The server could not say; see below." : "Asking the server…";
  const words = detail ? `The server knows of no reason for this ${span.kind} span.` : asking;
  return (
    <section class="section" aria-label="Code origin" data-testid="origin-section">
      <div class="section-head">
        <h3>Code origin</h3>
        <span class="muted">none</span>
      </div>
      {detail?.missingOrigin ? (
        <ReasonNotice title="Why there is none" icon="help" reason={detail.missingOrigin} />
      ) : (
        <Notice icon="help" title="Why there is none">
          {words}
        </Notice>
      )}
    </section>
  );
}
