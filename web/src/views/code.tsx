/** Lines of source with the marked one in the origin's colour. The marked line wraps: it is never cut. */

import { lineText, withoutSharedIndent } from "../model/code";
import type { OriginType, Preview, Token } from "../model/span";
import { Diamond } from "./glyphs";
import { Skeleton } from "./states";
import { Tokens } from "./tokens";

type Lines = Pick<Preview, "path" | "firstLine" | "markedLine" | "lines">;

export function CodeLines({ preview, type }: { preview: Lines; type: OriginType }) {
  return (
    <ol class="code" data-testid="preview" aria-label={`${preview.path}, lines around ${preview.markedLine}`}>
      {withoutSharedIndent(preview.lines).map((tokens, index) => {
        const line = preview.firstLine + index;
        return <CodeLine key={line} line={line} tokens={tokens} marked={line === preview.markedLine ? type : null} />;
      })}
    </ol>
  );
}

function CodeLine({ line, tokens, marked }: { line: number; tokens: readonly Token[]; marked: OriginType | null }) {
  return (
    <li
      class={`ln ${marked ? "is-origin wraps" : ""}`}
      data-testid={marked ? "preview-marked-line" : undefined}
      aria-current={marked ? "true" : undefined}
    >
      <span class="mark">{marked ? <Diamond type={marked} /> : null}</span>
      <span class="no">{line}</span>
      <pre title={marked ? undefined : lineText(tokens)}>
        <Tokens tokens={tokens} />
      </pre>
    </li>
  );
}

const SHAPES = [0.5, 0.36, 0.72, 0.64, 0.4, 0.56, 0.3, 0.68, 0.44, 0.6, 0.34];

/** In the shape of what comes, so that nothing jumps when it does. */
export function CodeSkeleton({ lines, marked, type }: { lines: number; marked: number; type: OriginType }) {
  return (
    <div class="code" aria-hidden="true">
      {Array.from({ length: lines }, (_, index) => (
        <div class={`ln ${index === marked ? "is-origin" : ""}`} key={index}>
          <span class="mark">{index === marked ? <Diamond type={type} /> : null}</span>
          <span class="no" />
          <span class="row">
            <Skeleton share={SHAPES[index % SHAPES.length]!} />
          </span>
        </div>
      ))}
    </div>
  );
}
