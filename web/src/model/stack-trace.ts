/**
 * The stack that an exception carries, as frames. It is text in the manner of its language: Python, JavaScript, Java
 * and its kin, .NET, Go, Ruby, PHP. What is not understood is shown as it came.
 */

export interface StackFrame {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  /** The line of source, where the text has it. */
  readonly source: string;
}

/** One exception of a chain. */
export interface StackPart {
  /** `ValueError: no such currency`; empty where the text does not say. */
  readonly title: string;
  /** Innermost first, whatever the language's habit. */
  readonly frames: readonly StackFrame[];
}

/** Lines that are read, and characters of each: a stack of a runaway recursion need not be read to its end. */
const MOST_LINES = 3000;
const MOST_CHARACTERS = 1000;

const PYTHON = /^\s*File "(.+)", line (\d+)(?:, in (.+))?$/;
const DOTNET = /^\s+at (.+) in (.+):line (\d+)$/;
const JAVA = /^\s*at ([^\s(]+)\(([^\s():]+):(\d+)\)/;
const SCRIPT_NAMED = /^\s*at (?:async )?(.+?) \((?:file:\/\/)?([^()]+?):(\d+):\d+\)$/;
const SCRIPT_PLAIN = /^\s*at (?:async )?(?:file:\/\/)?([^()\s]+?):(\d+):\d+$/;
const GO = /^\s+(\S+\.go):(\d+)(?: \+0x[0-9a-f]+)?$/;
const RUBY = /^\s*(?:from )?(\S.*\.rb):(\d+):in ['`](.+)'$/;
const PHP = /^#\d+ (.+\.php)\((\d+)\): (.+)$/;
/** Between the exceptions of a chain. */
const PYTHON_CHAIN = /^(?:During handling of the above|The above exception was)/;
const CAUSED_BY = /^\s*(?:Caused by|Suppressed): (.*)$/;

/** The exceptions of a chain in the order of the text; none when it is not understood. */
export function readStack(text: string): readonly StackPart[] {
  const lines = text.split(/\r?\n/, MOST_LINES).map((line) => line.slice(0, MOST_CHARACTERS));
  const parts: StackPart[] = [];
  let frames: StackFrame[] = [];
  let title = "";
  let isPython = false;
  const close = () => {
    if (frames.length > 0) parts.push({ title, frames: isPython ? frames.reverse() : frames });
    frames = [];
    title = "";
    isPython = false;
  };
  lines.forEach((line, at) => {
    const python = PYTHON.exec(line);
    if (python) {
      isPython = true;
      const next = lines[at + 1] ?? "";
      const source = /^\s/.test(next) && !PYTHON.test(next) ? next.trim() : "";
      frames.push({ file: python[1]!, line: Number(python[2]), function: python[3] ?? "", source });
      return;
    }
    const frame = otherFrame(line, lines[at - 1] ?? "");
    if (frame) {
      frames.push(frame);
      return;
    }
    const cause = CAUSED_BY.exec(line);
    if (cause || PYTHON_CHAIN.test(line) || line.startsWith("Traceback ")) close();
    if (cause) title = cause[1]!;
    else if (title === "" && isTitle(line) && (isPython || frames.length === 0)) title = line.trim();
  });
  close();
  return parts;
}

function otherFrame(line: string, before: string): StackFrame | null {
  const found = (file: string, number: string, name: string): StackFrame => ({
    file,
    line: Number(number),
    function: name,
    source: "",
  });
  let match = DOTNET.exec(line);
  if (match) return found(match[2]!, match[3]!, match[1]!.replace(/\(.*$/, ""));
  match = JAVA.exec(line);
  if (match) return found(match[2]!, match[3]!, match[1]!);
  match = SCRIPT_NAMED.exec(line);
  if (match) return found(match[2]!, match[3]!, match[1]!);
  match = SCRIPT_PLAIN.exec(line);
  if (match) return found(match[1]!, match[2]!, "");
  match = GO.exec(line);
  if (match) return found(match[1]!, match[2]!, before.replace(/^created by /, "").replace(/\([^()]*\)$/, ""));
  match = RUBY.exec(line);
  if (match) return found(match[1]!, match[2]!, match[3]!);
  match = PHP.exec(line);
  if (match) return found(match[1]!, match[2]!, match[3]!.replace(/\(.*$/, ""));
  return null;
}

/** `ValueError: no`, `goroutine 1 [running]:`, `com.acme.Refused`: a line that stands at the margin, and is no frame. */
function isTitle(line: string): boolean {
  return /^\S/.test(line) && !PYTHON_CHAIN.test(line) && !line.startsWith("Traceback ");
}

const LIBRARIES = /(?:^|[/\\])(?:site-packages|dist-packages|node_modules|vendor|\.venv|gems|go[/\\]pkg[/\\]mod)[/\\]/;
const RUNTIME = /^(?:<|node:|internal\/)|[/\\]lib(?:64)?[/\\]python\d|[/\\]rustc[/\\]|[/\\]usr[/\\]lib/;

/** Of languages whose stacks name files without folders: packages that are nobody's own. */
const COMMON_PACKAGES =
  /^(?:java|javax|jakarta|jdk|sun|com\.sun|kotlin|kotlinx|scala|clojure|groovy|org\.(?:springframework|apache|hibernate|eclipse|junit)|io\.(?:netty|opentelemetry|micronaut|quarkus|ktor))\./;

/**
 * A frame's file from the root of the user's project, when it is the user's; null when it is a library's.
 *
 * `root` is what the process told of its project; empty when it told none, so that only what is plainly a library's is
 * taken out, and the path stays as it is.
 */
export function userPath({ file, function: name }: Pick<StackFrame, "file" | "function">, root: string): string | null {
  if (/^[^/\\]+\.(?:java|kt|scala|groovy|clj)$/.test(file)) return COMMON_PACKAGES.test(name) ? null : file;
  if (LIBRARIES.test(file) || RUNTIME.test(file)) return null;
  const base = root.replace(/[/\\]+$/, "");
  if (base === "") return file;
  if (file.startsWith(base) && /^[/\\]/.test(file.slice(base.length))) return file.slice(base.length + 1);
  // Relative files are the project's; absolute ones elsewhere are not.
  return /^(?:[/\\]|[A-Za-z]:)/.test(file) ? null : file;
}
