-- Every span, one row each. Decisions 0030, 0150 and 0155 have the reasons for the order, the indexes and the projection.
-- LowCardinality only where a column is full: an empty map of such keys costs a merge as much as one that is not.
CREATE TABLE IF NOT EXISTS ${database}.${spans} ${on_cluster}
(
    ts DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    -- The time range of a question about many spans is compared with this: a sixth of the reading that ts takes.
    second DateTime('UTC') MATERIALIZED toDateTime(ts, 'UTC') CODEC(Delta, ZSTD(1)),
    duration_ns UInt64 CODEC(T64, ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(ZSTD(1)),
    parent_span_id FixedString(8) CODEC(ZSTD(1)),
    trace_state String CODEC(ZSTD(1)),
    flags UInt32 CODEC(ZSTD(1)),
    service LowCardinality(String),
    name LowCardinality(String),
    resource_name LowCardinality(String),
    env LowCardinality(String),
    version LowCardinality(String),
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    scope_attrs Map(String, String) CODEC(ZSTD(1)),
    kind Enum8('unspecified' = 0, 'internal' = 1, 'server' = 2, 'client' = 3, 'producer' = 4, 'consumer' = 5),
    status Enum8('unset' = 0, 'ok' = 1, 'error' = 2),
    status_message String CODEC(ZSTD(1)),
    http_status UInt16 CODEC(ZSTD(1)),
    origin_type Enum8('none' = 0, 'entry' = 1, 'exit' = 2),
    origin_file LowCardinality(String),
    origin_path LowCardinality(String),
    origin_line UInt32 CODEC(ZSTD(1)),
    origin_function LowCardinality(String),
    -- The whole chain, innermost first; empty when it would only repeat the origin itself.
    origin_frames Array(Tuple(file String, path String, line UInt32, function String)) CODEC(ZSTD(1)),
    repository LowCardinality(String),
    commit LowCardinality(String),
    resource Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    attrs_str Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    attrs_int Map(LowCardinality(String), Int64) CODEC(ZSTD(1)),
    attrs_float Map(String, Float64) CODEC(ZSTD(1)),
    attrs_bool Map(String, Bool) CODEC(ZSTD(1)),
    -- Arrays and key-value lists, as JSON text.
    attrs_json Map(String, String) CODEC(ZSTD(1)),
    events_ts Array(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    events_name Array(String) CODEC(ZSTD(1)),
    events_attrs Array(Map(String, String)) CODEC(ZSTD(1)),
    links_trace_id Array(FixedString(16)) CODEC(ZSTD(1)),
    links_span_id Array(FixedString(8)) CODEC(ZSTD(1)),
    links_attrs Array(Map(String, String)) CODEC(ZSTD(1)),
    -- Differs between any two request bodies, so that a body can be taken back (store/writer.py).
    received_ts DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),

    INDEX i_trace_id trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX i_duration duration_ns TYPE minmax GRANULARITY 1,
    INDEX i_status status TYPE set(3) GRANULARITY 1,
    INDEX i_origin_file origin_file TYPE set(256) GRANULARITY 1,
    INDEX i_origin_path origin_path TYPE set(256) GRANULARITY 1,
    -- Live readers ask for what has just been committed, whenever it began.
    INDEX i_received received_ts TYPE minmax GRANULARITY 1,
    INDEX i_attributes ${attribute_words} TYPE bloom_filter(0.01) GRANULARITY 1,

    PROJECTION p_origin
    (
        SELECT second, service, env, version, commit, kind, name, status, http_status, duration_ns,
            origin_type, origin_file, origin_path, origin_line, origin_function
        ORDER BY (origin_path, origin_line, origin_function, second)
    )
)
ENGINE = ${merge_tree}
PARTITION BY toDate(second)
ORDER BY (toStartOfInterval(second, INTERVAL 1 HOUR), service, origin_path, ts)
SETTINGS
    ttl_only_drop_parts = 1,
    -- What an insert writes is 9 files instead of 217, until it is merged; and of those that a merge writes each begins with
    -- a small buffer instead of a megabyte (decision 0164).
    min_bytes_for_wide_part = 67108864,
    min_columns_to_activate_adaptive_write_buffer = 1,
    lightweight_mutation_projection_mode = 'rebuild',
    -- Fewer, wider merges than with 5, the default: a fifth less work for each span taken in.
    merge_selector_base = 12${table_settings}
