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

export type TokenInfo = {
  readonly id: string;
  /** Who uses it. */
  readonly name: string;
  readonly rights: ReadonlyArray<"ingest" | "read" | "write" | "admin">;
  readonly created_ns: EpochNs;
  /** Nanoseconds since the epoch; null until it is revoked. */
  readonly expires_ns: EpochNs | null;
  readonly is_valid: boolean;
};

export type TokenList = {
  readonly tokens: ReadonlyArray<TokenInfo>;
};

export type TokenDraft = {
  /** Who will use it; no other token's. */
  readonly name: string;
  readonly rights: ReadonlyArray<"ingest" | "read" | "write" | "admin">;
  /** Seconds; without it until it is revoked. */
  readonly valid_for_s?: number | null;
};

export type MadeToken = {
  readonly token: TokenInfo;
  /** Told this once. */
  readonly secret: string;
};

export type RevokedToken = {
  readonly token: TokenInfo;
};

export type RetentionDraft = {
  /** Null keeps all. */
  readonly keep_days: number | null;
  /** Null keeps all. */
  readonly keep_gb: number | null;
};

export type Retention = {
  /** Null keeps all. */
  readonly keep_days: number | null;
  /** Null keeps all. */
  readonly keep_gb: number | null;
  /** Given when the server was started, so not to be changed here. */
  readonly fixed: ReadonlyArray<"keep_days" | "keep_gb">;
  /** The days (UTC) held, oldest first. */
  readonly days: ReadonlyArray<{
    /** YYYYMMDD. */
    readonly day: string;
    readonly spans: number;
    /** On the disk. */
    readonly bytes: number;
  }>;
};

export type AuditList = {
  readonly entries: ReadonlyArray<{
    readonly at_ns: EpochNs;
    readonly who: string;
    /** How they came. */
    readonly kind: "local" | "nobody" | "token" | "person" | "command";
    /** The address the request came from. */
    readonly origin: string;
    /** Method and path of a request, or words. */
    readonly what: string;
    /** The answer's; 0 where it was no request. */
    readonly status: number;
  }>;
};

/** How long the last thousand took, at most. */
export type Spread = {
  readonly count: number;
  readonly p50_ns: number | null;
  readonly p95_ns: number | null;
};

export type Status = {
  readonly health: Health;
  /** What the spans take up on the disk. */
  readonly stored_bytes: number;
  readonly disk_free_bytes: number;
  /** Resident; null where the system does not say. */
  readonly memory_bytes: number | null;
  /** Processor time since the start. */
  readonly processor_ns: number;
  /** Requests that wait for their commit. */
  readonly waiting_bodies: number;
  readonly waiting_bytes: number;
  readonly commits: Spread;
  readonly questions: Spread;
  /** Requests refused since the start. */
  readonly refused: ReadonlyArray<{
    /** A heading in docs/messages.md. */
    readonly reason: string;
    readonly count: number;
  }>;
};

export type Session = {
  readonly name: string;
  readonly kind: "local" | "nobody" | "token" | "person";
  readonly rights: ReadonlyArray<"ingest" | "read" | "write" | "admin">;
  /** Whether anybody has to say who they are. */
  readonly is_demanded: boolean;
};

export type Health = {
  /** full: no spans are taken, for want of room on the disk. */
  readonly status: "ok" | "draining" | "full";
  /** Why the status is full, and what to do. */
  readonly reason?: string;
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

/** Either `trace_ids` or `service`. */
export type Deletion = {
  readonly trace_ids?: ReadonlyArray<TraceId>;
  readonly service?: string;
  /** Of a service: spans that began before this time. Default: now. */
  readonly before?: EpochNs;
  /** True: nothing is deleted, what would be is counted. */
  readonly is_rehearsal?: boolean;
};

export type Deleted = {
  /** How many. */
  readonly spans: number;
  readonly is_rehearsal: boolean;
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
  /** Where columns were asked for: of each span the text of each, empty where it has none. */
  readonly columns?: ReadonlyArray<ReadonlyArray<string>>;
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
  /** The events of the spans, one array a column, all of one length; of a span the first 32. For the rest ask for the span. */
  readonly marks: {
    /** Row of the span in `columns`. */
    readonly row: ReadonlyArray<number>;
    /** From the trace's start. */
    readonly offset_ns: ReadonlyArray<number>;
    /** string */
    readonly name: ReadonlyArray<number>;
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

export type ChangedCode = {
  readonly services: ReadonlyArray<ServiceChange>;
};

export type ServiceChange = {
  readonly service: string;
  /** Of what ran, and its commit; empty where the spans do not name them. */
  readonly version: string;
  readonly commit: string;
  /** Of what it is compared with, and its commit; null where there is none. */
  readonly base_version: string | null;
  readonly base_commit: string | null;
  /** Whether that ran before; where nothing was seen before, it is what came after. */
  readonly is_before: boolean;
  readonly repository: string | null;
  readonly places: ReadonlyArray<ChangedPlace>;
  /** Why nothing is known, or beside places why not all is. */
  readonly missing: Reason | null;
};

export type ChangedPlace = {
  /** As the spans call it. */
  readonly path: string;
  readonly line: number;
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
  /** What told which file it is: a path rule, the whole path, equal bytes, the function at the line, or the end of the path alone. */
  readonly matched?: "rule" | "path" | "content" | "function" | "tail";
  readonly confidence?: "certain" | "likely" | "weak";
  /** The same in a sentence. */
  readonly why?: string;
  /** Whether the file has the bytes that ran, where the agent told what they were: `same`; the same, but at another commit than the span's (`other_commit`); or not (`edited` before it ran). Null where it did not tell. */
  readonly ran?: "same" | "other_commit" | "edited" | null;
  readonly repository: string;
  /** The repository's, as the span or else its checkout names it; empty when neither does. Never with a password. */
  readonly address: string;
  /** Where the checkout lies on the server's machine, for links into an editor there; empty for a copy without files. */
  readonly root: string;
  readonly commit: string | null;
  /** `working_copy` when the span names no commit, or the file has changes that were never committed. */
  readonly taken_from: "commit" | "working_copy";
  readonly first_line: number;
  readonly marked_line: number;
  readonly total_lines: number;
  /** Null when the lines are those of the commit that is checked out, or of no commit. */
  readonly drift: Drift | null;
  readonly lines: ReadonlyArray<ReadonlyArray<Token>>;
};

/** What became of the marked line until the commit that is checked out now. */
export type Drift = {
  readonly commit: string;
  /** `gone` when the file is not there any more. */
  readonly state: "same" | "moved" | "edited" | "gone";
  /** Where the line is at that commit; null when it was edited or is gone. */
  readonly line: number | null;
};

export type CodeFunction = {
  /** Qualified within the file, in Python. */
  readonly name: string;
  /** Where its name stands. */
  readonly line: number;
  /** That of its first decorator. */
  readonly first_line: number;
  readonly last_line: number;
};

export type CodeNames = {
  /** The newest first; never empty. */
  readonly names: ReadonlyArray<CodeName>;
  /** False where history is longer than what was looked at. */
  readonly is_whole: boolean;
};

export type CodeName = {
  readonly path: string;
  /** As spans call it; empty where none was asked for. */
  readonly function: string;
  /** The commit that gave it the next name; null for the newest name. */
  readonly until: string | null;
  readonly until_ns: EpochNs | null;
};

export type CommitInfo = {
  readonly commit: string;
  readonly subject: string;
  readonly committed_ns: EpochNs;
};

export type CommitList = {
  readonly commits: ReadonlyArray<CommitInfo>;
};

export type DiffLine = {
  /** Its number at `base`; null for a line that is new. */
  readonly old: number | null;
  /** Its number at `head`; null for a line that is gone. */
  readonly new: number | null;
  readonly tokens: ReadonlyArray<Token>;
};

export type ChangedFile = {
  readonly path: string;
  readonly old_path: string;
  readonly kind: "added" | "deleted" | "changed" | "renamed";
  /** Lines that are new; one that only moved is not. */
  readonly added: number;
  readonly removed: number;
  /** Whether the hunks are to be asked for, with `path`: the first 1,500 lines come with the list. */
  readonly is_pending: boolean;
  readonly hunks: ReadonlyArray<ReadonlyArray<DiffLine>>;
  /** Why there are no hunks. */
  readonly reason: string | null;
};

export type CodeChanges = {
  readonly repository: string;
  readonly base: string;
  readonly head: string;
  readonly files: ReadonlyArray<ChangedFile>;
  /** False when more than 1,000 files differ. */
  readonly is_whole: boolean;
};

/** Either `path` or `url`. */
export type RepositoryDraft = {
  /** Folder of a checkout on the server's machine. */
  readonly path?: string;
  /** Address to clone: https, http, ssh, git or file. Credentials come from the server's settings. */
  readonly url?: string;
  /** Default: the last part of the path or address. */
  readonly name?: string;
};

export type Registration = {
  readonly id: string;
  /** `start`: named when the server was started; cannot be changed here. */
  readonly kind: "start" | "path" | "url" | "bundle";
  readonly name: string;
  /** Folder or address; of a bundle the address that was given with it, or empty. */
  readonly where: string;
  /** One that failed to be fetched again still shows what it had. */
  readonly state: "ready" | "fetching" | "failed";
  readonly problem: string | null;
  /** What is checked out; of a clone the head of its default branch. */
  readonly commit: string | null;
  /** Since the server was started. */
  readonly fetched_ns: EpochNs | null;
  readonly created_ns: EpochNs | null;
};

export type RegistrationList = {
  readonly repositories: ReadonlyArray<Registration>;
};

export type PathRuleDraft = {
  /** Folder as processes know it, such as /srv/app. */
  readonly from: string;
  /** A repository's name. */
  readonly repository: string;
  /** The same folder in the repository, from its root; empty for the root. */
  readonly to?: string;
  /** Only for this service; empty for all. */
  readonly service?: string;
};

export type PathRule = {
  readonly id: string;
  readonly service: string;
  readonly from: string;
  readonly to: string;
  readonly repository: string;
  readonly changed_ns: EpochNs;
};

export type PathRuleList = {
  readonly rules: ReadonlyArray<PathRule>;
};

export type CodeRepositories = {
  readonly repositories: ReadonlyArray<{
    readonly name: string;
    /** The one that is checked out. */
    readonly commit: string | null;
  }>;
};

export type CodeTree = {
  readonly repository: string;
  readonly commit: string | null;
  readonly taken_from: "commit" | "working_copy";
  /** Sorted. */
  readonly paths: ReadonlyArray<string>;
  /** False when there are more files than are told. */
  readonly is_whole: boolean;
};

export type CodeFile = {
  readonly repository: string;
  readonly commit: string | null;
  /** In the order of their lines. */
  readonly functions: ReadonlyArray<CodeFunction>;
  /** `working_copy` when no commit was asked for, or the file has changes that were never committed. */
  readonly taken_from: "commit" | "working_copy";
  readonly path: string;
  readonly total_lines: number;
  readonly lines: ReadonlyArray<ReadonlyArray<Token>>;
};

/** The whole seconds that were counted. */
export type Counted = {
  readonly start_ns: EpochNs;
  readonly end_ns: EpochNs;
  /** Length of each piece of a trend. */
  readonly step_ns: number | null;
};

/** One value for each piece of the window. */
export type Trend = {
  readonly counts: ReadonlyArray<number>;
  readonly errors: ReadonlyArray<number>;
};

export type OriginStats = {
  /** The file, or the folder; null when all places are one. */
  readonly path: string | null;
  /** Of a function the first line that was seen; null where lines are together. */
  readonly line: number | null;
  readonly function: string | null;
  /** The service, version, commit or environment; null when not asked for. */
  readonly split: string | null;
  readonly count: number;
  /** How many of them came in: entry origins. The others went out. */
  readonly entries: number;
  /** Spans a second. */
  readonly rate: number;
  readonly errors: number;
  /** From 0 to 1. */
  readonly error_rate: number;
  readonly p50_ns: number;
  readonly p95_ns: number;
  readonly p99_ns: number;
  /** All durations together. */
  readonly total_ns: number;
  readonly last_seen_ns: EpochNs;
  /** Time that was not spent in child spans; null when not asked for. */
  readonly self_ns: number | null;
  readonly trend: Trend | null;
};

export type OriginList = {
  readonly start_ns: EpochNs;
  readonly end_ns: EpochNs;
  /** Length of each piece of a trend. */
  readonly step_ns: number | null;
  /** Self times are of one trace in so many; 1 is exact. */
  readonly self_read_one_in: number | null;
  readonly origins: ReadonlyArray<OriginStats>;
  /** Time the store took. */
  readonly read_ns: number;
};

export type Side = {
  readonly count: number;
  /** Spans a second. */
  readonly rate: number;
  readonly errors: number;
  /** From 0 to 1. */
  readonly error_rate: number;
  readonly p50_ns: number;
  readonly p95_ns: number;
  readonly p99_ns: number;
  /** All durations together. */
  readonly total_ns: number;
};

export type OriginChange = {
  /** The file, or the folder; null when all places are one. */
  readonly path: string | null;
  /** Of a function the first line that was seen; null where lines are together. */
  readonly line: number | null;
  readonly function: string | null;
  readonly now: Side;
  readonly before: Side;
  /** By which factor the typical (geometric mean) duration moved; null below ten spans on a side. */
  readonly duration_factor: number | null;
  readonly error_rate_difference: number | null;
  /** How sure the change is, in standard errors; the larger of the two. */
  readonly score: number;
  /** Other than `same`: three standard errors, and a quarter in duration or one request in a hundred. */
  readonly change: "same" | "slower" | "faster" | "failing" | "mended" | "new" | "gone";
};

export type OriginChanges = {
  readonly now: Counted;
  readonly before: Counted;
  readonly origins: ReadonlyArray<OriginChange>;
};

export type OriginRegressions = {
  readonly now: Counted;
  readonly before: Counted;
  readonly findings: ReadonlyArray<OriginChange>;
};

export type Caller = {
  /** `frame`: the calling line in the same stack. `request`: the entry of the request it ran in. `remote`: another service's line that sent the request. */
  readonly relation: "frame" | "request" | "remote";
  readonly service: string;
  /** The file, or the folder; null when all places are one. */
  readonly path: string | null;
  /** Of a function the first line that was seen; null where lines are together. */
  readonly line: number | null;
  readonly function: string | null;
  readonly count: number;
  /** Of what was looked at. */
  readonly share: number;
};

export type Callers = {
  /** Spans. */
  readonly looked_at: number;
  readonly callers: ReadonlyArray<Caller>;
};

export type Exit = {
  readonly service: string;
  /** The file, or the folder; null when all places are one. */
  readonly path: string | null;
  /** Of a function the first line that was seen; null where lines are together. */
  readonly line: number | null;
  readonly function: string | null;
  readonly count: number;
  /** Spans a second. */
  readonly rate: number;
  readonly errors: number;
  /** From 0 to 1. */
  readonly error_rate: number;
  readonly p50_ns: number;
  readonly p95_ns: number;
  readonly p99_ns: number;
  /** All durations together. */
  readonly total_ns: number;
  readonly last_seen_ns: EpochNs;
  /** Calls to each request. */
  readonly per_request: number;
  /** Share of the requests that made the call. */
  readonly share: number;
};

export type Exits = {
  /** Spans of the entry. */
  readonly looked_at: number;
  readonly exits: ReadonlyArray<Exit>;
};

export type Parent = {
  readonly name: string;
  /** The file, or the folder; null when all places are one. */
  readonly path: string | null;
  /** Of a function the first line that was seen; null where lines are together. */
  readonly line: number | null;
  readonly function: string | null;
};

export type Repeat = {
  /** The file, or the folder; null when all places are one. */
  readonly path: string | null;
  /** Of a function the first line that was seen; null where lines are together. */
  readonly line: number | null;
  readonly function: string | null;
  readonly service: string;
  /** What the calls worked on. */
  readonly resource: string;
  readonly traces: number;
  /** Spans under which the line repeated its call. */
  readonly parents: number;
  readonly calls: number;
  readonly calls_per_parent: number;
  readonly calls_per_parent_most: number;
  readonly total_ns: number;
  /** What all calls but one of each parent took. */
  readonly wasted_ns: number;
  /** Of the parent's duration, in the middle of a sample; null when no parent was found. */
  readonly share_of_parent: number | null;
  readonly parent: Parent | null;
  readonly worst_trace: TraceId;
  readonly example_traces: ReadonlyArray<TraceId>;
};

export type RepeatFindings = {
  readonly start_ns: EpochNs;
  readonly end_ns: EpochNs;
  /** Length of each piece of a trend. */
  readonly step_ns: number | null;
  /** Read was one trace in so many, and counts are multiplied out; 1 is exact. */
  readonly read_one_in: number;
  readonly findings: ReadonlyArray<Repeat>;
};

export type SlowLine = {
  /** The file, or the folder; null when all places are one. */
  readonly path: string | null;
  /** Of a function the first line that was seen; null where lines are together. */
  readonly line: number | null;
  readonly function: string | null;
  readonly count: number;
  /** Spans a second. */
  readonly rate: number;
  readonly errors: number;
  /** From 0 to 1. */
  readonly error_rate: number;
  readonly p50_ns: number;
  readonly p95_ns: number;
  readonly p99_ns: number;
  /** All durations together. */
  readonly total_ns: number;
  readonly last_seen_ns: EpochNs;
};

export type SlowFindings = {
  readonly start_ns: EpochNs;
  readonly end_ns: EpochNs;
  /** Length of each piece of a trend. */
  readonly step_ns: number | null;
  readonly findings: ReadonlyArray<SlowLine>;
};

export type ErrorLine = {
  /** The file, or the folder; null when all places are one. */
  readonly path: string | null;
  /** Of a function the first line that was seen; null where lines are together. */
  readonly line: number | null;
  readonly function: string | null;
  readonly service: string;
  readonly errors: number;
  readonly traces: number;
  /** The most frequent. */
  readonly messages: ReadonlyArray<string>;
  readonly newest_trace: TraceId;
  readonly newest_span: SpanId;
  readonly newest_ns: EpochNs;
};

export type ErrorFindings = {
  readonly start_ns: EpochNs;
  readonly end_ns: EpochNs;
  /** Length of each piece of a trend. */
  readonly step_ns: number | null;
  readonly findings: ReadonlyArray<ErrorLine>;
};

/** One value for each piece of the window. */
export type Series = {
  readonly counts: ReadonlyArray<number>;
  readonly errors: ReadonlyArray<number>;
  readonly p50_ns: ReadonlyArray<number>;
  readonly p95_ns: ReadonlyArray<number>;
  readonly p99_ns: ReadonlyArray<number>;
};

export type Group = {
  /** One for each field of `by`; empty where a span has none. */
  readonly values: ReadonlyArray<string>;
  readonly count: number;
  /** Spans a second. */
  readonly rate: number;
  readonly errors: number;
  /** From 0 to 1. */
  readonly error_rate: number;
  readonly p50_ns: number;
  readonly p95_ns: number;
  readonly p99_ns: number;
  /** All durations together. */
  readonly total_ns: number;
  readonly last_seen_ns: EpochNs;
  readonly series: Series | null;
};

export type Groups = {
  readonly start_ns: EpochNs;
  readonly end_ns: EpochNs;
  /** Length of each piece of a trend. */
  readonly step_ns: number | null;
  readonly by: ReadonlyArray<string>;
  readonly groups: ReadonlyArray<Group>;
  /** Time the store took. */
  readonly read_ns: number;
};

export type FacetValue = {
  readonly value: string;
  readonly count: number;
  readonly errors: number;
};

export type Facet = {
  readonly field: string;
  readonly values: ReadonlyArray<FacetValue>;
  readonly has_more: boolean;
};

export type Facets = {
  readonly start_ns: EpochNs;
  readonly end_ns: EpochNs;
  /** Length of each piece of a trend. */
  readonly step_ns: number | null;
  readonly facets: ReadonlyArray<Facet>;
  /** Time the store took. */
  readonly read_ns: number;
};

export type Field = {
  /** As it is written in a search. */
  readonly name: string;
  readonly kind: "field" | "text" | "number" | "truth" | "list" | "resource";
  /** How common an attribute is beside the most common one; null for fields that every span has. */
  readonly share: number | null;
};

export type Fields = {
  readonly fields: ReadonlyArray<Field>;
};

export type FieldValue = {
  readonly value: string;
  readonly count: number;
};

export type FieldValues = {
  readonly field: string;
  readonly values: ReadonlyArray<FieldValue>;
};

export type Heatmap = {
  readonly start_ns: EpochNs;
  readonly end_ns: EpochNs;
  /** Length of each piece of a trend. */
  readonly step_ns: number | null;
  readonly columns: number;
  /** Durations at which rows begin, and where the last one ends. */
  readonly row_starts_ns: ReadonlyArray<number>;
  /** One array a column, all of one length; cells without spans are left out. */
  readonly cells: {
    readonly column: ReadonlyArray<number>;
    readonly row: ReadonlyArray<number>;
    readonly count: ReadonlyArray<number>;
    readonly errors: ReadonlyArray<number>;
  };
  /** Time the store took. */
  readonly read_ns: number;
};

export type Deploy = {
  readonly service: string;
  /** Empty where none is told. */
  readonly version: string;
  /** Empty where none is told. */
  readonly commit: string;
  readonly at_ns: EpochNs;
  /** Of the version of the service that came before this one. */
  readonly version_before: string;
  readonly commit_before: string;
};

export type Deploys = {
  readonly start_ns: EpochNs;
  readonly end_ns: EpochNs;
  /** Always null. */
  readonly step_ns: number | null;
  readonly deploys: ReadonlyArray<Deploy>;
  readonly has_more: boolean;
  /** Time the store took. */
  readonly read_ns: number;
};

export type ExplainedValue = {
  readonly value: string;
  /** Of the selected spans. */
  readonly share: number;
  readonly share_of_others: number;
  /** The difference of the two, from 0 to 1. */
  readonly score: number;
};

export type ExplainedField = {
  readonly field: string;
  /** Of its best value. */
  readonly score: number;
  readonly values: ReadonlyArray<ExplainedValue>;
};

export type Explanation = {
  readonly selected: number;
  readonly others: number;
  /** Highest score first; only what scores 0.01 and three standard errors at least. Shares are of samples of some 20,000 spans of either side. */
  readonly fields: ReadonlyArray<ExplainedField>;
  /** Time the store took. */
  readonly read_ns: number;
};

export type QueryParameter = {
  readonly name: string;
  readonly value: string;
};

export type ExplainedQuery = {
  /** The search as this server writes it. */
  readonly printed: string;
  /** kind (everything, text, match, not, and, or); of a match key, value, relation (is, like, exists, range) and offset; of a text its value; of the others parts. */
  readonly tree: Readonly<Record<string, unknown>>;
  /** The condition on the table of spans. */
  readonly sql: string;
  /** What its placeholders stand for. */
  readonly parameters: ReadonlyArray<QueryParameter>;
};

export type ViewDraft = {
  /** No other view's, in whatever case. */
  readonly name: string;
  /** Path of the UI with its query, such as /explore?q=has:origin. */
  readonly address: string;
  readonly description?: string;
};

export type View = {
  readonly id: string;
  /** Made of the name that it had first, and the same ever after: the UI opens the view at /s/ and its slug. */
  readonly slug: string;
  readonly name: string;
  readonly address: string;
  readonly description: string;
  readonly created_ns: EpochNs;
  readonly changed_ns: EpochNs;
};

export type ViewList = {
  readonly views: ReadonlyArray<View>;
};
