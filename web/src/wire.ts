// Generated from contract/ by contract/generate.py; edit there.

// spanorigin query API, version 1.

/** Nanoseconds since the epoch. */
export type EpochNs = string;

export type TraceId = string;

export type SpanId = string;

/** See ORIGIN in docs. */
export type OriginType = "entry" | "exit";

export type SpanKind = "unspecified" | "internal" | "server" | "client" | "producer" | "consumer";

export type SpanStatus = "unset" | "ok" | "error";

export type Error = {
  readonly error: {
    /** A heading in docs/messages.md. */
    readonly slug: string;
    /** What is wrong, why, what to do. */
    readonly message: string;
    /** Of a query: the character, counted from 0, at which it stopped making sense. */
    readonly offset?: number;
    /** The nearest thing that would have been right: put it in place of the word that begins at `offset`, or there when none does. */
    readonly hint?: string;
  };
};

export type Health = {
  readonly status: "ok" | "draining";
  readonly version: string;
  readonly uptime_ns: number;
  /** Spans in the store. */
  readonly spans: number;
  /** When the newest batch was committed; null before the first since start. */
  readonly last_span_received_ns: EpochNs | null;
  /** Committed over the last ten seconds. */
  readonly spans_per_second: number;
  readonly listeners: ReadonlyArray<{
    readonly port: number;
    readonly protocol: string;
    /** Ingest requests answered since start. */
    readonly requests: number;
  }>;
  readonly repositories: ReadonlyArray<Repository>;
};

export type Repository = {
  readonly name: string;
  /** Folder of the checkout on the server's machine. */
  readonly root: string;
};

export type Frame = {
  /** As the process knew it. */
  readonly file: string;
  /** Repository-relative where the root is known, otherwise as `file`. */
  readonly path: string;
  readonly line: number;
  readonly function: string;
};

export type Origin = {
  readonly type: OriginType;
  readonly file: string;
  readonly path: string;
  readonly line: number;
  readonly function: string;
  /** Innermost first; the first is the origin itself. */
  readonly frames: ReadonlyArray<Frame>;
};

export type Span = {
  readonly trace_id: TraceId;
  readonly span_id: SpanId;
  readonly parent_span_id: SpanId | null;
  readonly service: string;
  readonly name: string;
  /** What the span worked on: method and route, statement, target; otherwise its name. */
  readonly resource: string;
  readonly kind: SpanKind;
  readonly start_ns: EpochNs;
  readonly duration_ns: number;
  readonly status: SpanStatus;
  readonly http_status: number | null;
  readonly origin: Origin | null;
};

export type SpanPage = {
  readonly spans: ReadonlyArray<Span>;
  /** Null when nothing is left. */
  readonly cursor: string | null;
  /** Time the store took. */
  readonly read_ns: number;
};

export type Trace = {
  readonly trace_id: TraceId;
  readonly start_ns: EpochNs;
  /** From the first start to the last end. */
  readonly duration_ns: number;
  /** The table that columns marked *string* point into. */
  readonly strings: ReadonlyArray<string>;
  /** One array a column, all of one length, sorted by start time. */
  readonly columns: {
    readonly span_id: ReadonlyArray<SpanId>;
    /** Row of the parent; -1 for a root; -2 when the parent never arrived. */
    readonly parent: ReadonlyArray<number>;
    /** string */
    readonly name: ReadonlyArray<number>;
    /** string */
    readonly service: ReadonlyArray<number>;
    /** string */
    readonly resource: ReadonlyArray<number>;
    /** 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
    readonly kind: ReadonlyArray<number>;
    /** 0 unset, 1 ok, 2 error. */
    readonly status: ReadonlyArray<number>;
    /** 0 when there is none. */
    readonly http_status: ReadonlyArray<number>;
    /** From the trace's start. */
    readonly start_offset_ns: ReadonlyArray<number>;
    readonly duration_ns: ReadonlyArray<number>;
    /** 0 none, 1 entry, 2 exit. */
    readonly origin_type: ReadonlyArray<number>;
    /** string */
    readonly origin_file: ReadonlyArray<number>;
    /** string */
    readonly origin_path: ReadonlyArray<number>;
    readonly origin_line: ReadonlyArray<number>;
    /** string */
    readonly origin_function: ReadonlyArray<number>;
    /** How many events the span carries. */
    readonly events: ReadonlyArray<number>;
  };
};

/** Key to value. A 64-bit integer past 2^53 and bytes arrive as strings. */
export type Attributes = Readonly<Record<string, unknown>>;

export type SpanDetail = {
  readonly span: Span;
  readonly status_message: string;
  readonly trace_state: string;
  readonly scope: {
    readonly name: string;
    readonly version: string;
  };
  readonly attributes: Attributes;
  readonly resource_attributes: Attributes;
  readonly events: ReadonlyArray<{
    readonly name: string;
    readonly time_ns: EpochNs;
    readonly attributes: Attributes;
  }>;
  readonly links: ReadonlyArray<{
    readonly trace_id: TraceId;
    readonly span_id: SpanId;
    readonly attributes: Attributes;
  }>;
  /** Why the span has no origin; null when it has one. */
  readonly missing_origin: Reason | null;
};

export type Reason = {
  /** A heading in docs/messages.md. */
  readonly slug: string;
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string | null;
};

/** [class, text]: Pygments' short class name, empty for plain text. */
export type Token = readonly [string, string];

export type Source = {
  /** Null when the span has no origin. */
  readonly frame: Frame | null;
  readonly preview: Preview | null;
  /** Why there is no preview; null when there is one. */
  readonly missing: Reason | null;
};

export type Preview = {
  /** Path within the repository. */
  readonly path: string;
  /** `tail` when only the end of the span's path agreed with this one file's. */
  readonly matched?: "path" | "tail";
  readonly repository: string;
  readonly commit: string | null;
  /** `working_copy` when the span names no commit, or the file has changes that were never committed. */
  readonly taken_from: "commit" | "working_copy";
  readonly first_line: number;
  readonly marked_line: number;
  readonly total_lines: number;
  readonly lines: ReadonlyArray<ReadonlyArray<Token>>;
};
