-- The spans that an OpenTelemetry Collector's ClickHouse exporter writes, in the columns that ours have, so that every
-- question can be asked of them. The exporter keeps attributes as texts: what reads like a number, a truth value or JSON
-- is taken for one. Read the SELECTs from the innermost outwards, as those of commands/store_spans.sql.
CREATE OR REPLACE VIEW ${database}.spans ${on_cluster} AS
SELECT
    ts,
    toDateTime(ts) AS second,
    duration_ns,
    toFixedString(substring(unhex(trace_text), 1, 16), 16) AS trace_id,
    span_id,
    parent_span_id,
    trace_text,
    trace_state,
    toUInt32(0) AS flags,
    service,
    name,
    worked_on AS resource_name,
    env,
    version,
    scope_name,
    scope_version,
    CAST(map(), 'Map(LowCardinality(String), String)') AS scope_attrs,
    CAST(kind, 'Enum8(\'unspecified\' = 0, \'internal\' = 1, \'server\' = 2, \'client\' = 3, \'producer\' = 4, \'consumer\' = 5)') AS kind,
    CAST(status_code, 'Enum8(\'unset\' = 0, \'ok\' = 1, \'error\' = 2)') AS status,
    status_message,
    toUInt16(if(http_status < 65536, http_status, 0)) AS http_status,
    CAST(multiIf(file = '', 0, written_type = 'entry', 1, written_type = 'exit', 2, kind IN (3, 4), 2, 1),
        'Enum8(\'none\' = 0, \'entry\' = 1, \'exit\' = 2)') AS origin_type,
    file AS origin_file,
    spanorigin_path(file, function, root, root_path) AS origin_path,
    toUInt32(if(file = '', 0, line)) AS origin_line,
    if(file = '', '', function) AS origin_function,
    CAST(if(file = '' OR length(frames) < 2, [], arrayMap(
        (file, line, function) -> (file, spanorigin_path(file, function, root, root_path), toUInt32OrZero(line), function),
        arrayMap(file -> spanorigin_file(file), frames.1), frames.2, frames.3)),
        'Array(Tuple(file String, path String, line UInt32, function String))') AS origin_frames,
    repository,
    commit,
    resource,
    mapFilter((key, text) -> NOT match(text, '${whole}') AND NOT match(text, '${decimal}') AND text NOT IN ('true', 'false')
        AND NOT (match(text, '^[\\[{]') AND isValidJSON(text)), attributes) AS attrs_str,
    mapApply((key, text) -> (key, toInt64OrZero(text)), mapFilter((key, text) -> match(text, '${whole}'), attributes)) AS attrs_int,
    mapApply((key, text) -> (key, toFloat64OrZero(text)), mapFilter((key, text) -> match(text, '${decimal}'), attributes)) AS attrs_float,
    mapApply((key, text) -> (key, CAST(text = 'true', 'Bool')), mapFilter((key, text) -> text IN ('true', 'false'), attributes)) AS attrs_bool,
    mapFilter((key, text) -> match(text, '^[\\[{]') AND isValidJSON(text), attributes) AS attrs_json,
    events_ts,
    events_name,
    events_attrs,
    arrayMap(id -> toFixedString(substring(unhex(id), 1, 16), 16), links_trace) AS links_trace_id,
    arrayMap(id -> toFixedString(substring(unhex(id), 1, 8), 8), links_span) AS links_span_id,
    links_attrs,
    ts AS received_ts
FROM
(
    SELECT
        *,
        ${folded}
    FROM
    (
        SELECT
            *,
            code_file != '' AND (origin_type != '' OR datadog_type = '') AS has_code
        FROM
        (
            SELECT
                Timestamp AS ts,
                toUInt64(greatest(Duration, 0)) AS duration_ns,
                TraceId AS trace_text,
                toFixedString(substring(unhex(SpanId), 1, 8), 8) AS span_id,
                toFixedString(substring(unhex(ParentSpanId), 1, 8), 8) AS parent_span_id,
                TraceState AS trace_state,
                SpanName AS name,
                if(ServiceName = '', 'unknown_service', ServiceName) AS service,
                -- Earlier exporters wrote SPAN_KIND_SERVER and STATUS_CODE_ERROR.
                toInt8(transform(lower(replaceOne(SpanKind, 'SPAN_KIND_', '')),
                    ['internal', 'server', 'client', 'producer', 'consumer'], [1, 2, 3, 4, 5], 0)) AS kind,
                toInt8(transform(lower(replaceOne(StatusCode, 'STATUS_CODE_', '')), ['ok', 'error'], [1, 2], 0)) AS status_code,
                StatusMessage AS status_message,
                ScopeName AS scope_name,
                ScopeVersion AS scope_version,
                ResourceAttributes AS resource,
                SpanAttributes AS attributes,
                arrayFirst(text -> text != '', [resource['deployment.environment.name'], resource['deployment.environment']]) AS env,
                resource['${SERVICE_VERSION}'] AS version,
                arrayFirst(text -> text != '', [resource['${VCS_REPOSITORY_URL}'], resource['git.repository_url']]) AS repository,
                arrayFirst(text -> text != '',
                    [resource['${VCS_REVISION}'], resource['vcs.repository.ref.revision'], resource['git.commit.sha']]) AS commit,
                replaceRegexpOne(resource['${SOURCE_ROOT}'], '[/\\\\]+$$', '') AS root,
                replaceRegexpAll(replaceAll(resource['vcs.root.path'], '\\', '/'), '^/+(\\./)?|^\\./|/+$$', '') AS folder,
                if(folder IN ('', '.'), '', concat(folder, '/')) AS root_path,
                mapFilter((key, text) -> startsWith(key, '${DATADOG_FRAME_PREFIX}'), CAST(attributes, 'Map(String, String)')) AS datadog,
                ${known_columns_of_map},
                Events.Timestamp AS events_ts,
                Events.Name AS events_name,
                Events.Attributes AS events_attrs,
                Links.TraceId AS links_trace,
                Links.SpanId AS links_span,
                Links.Attributes AS links_attrs
            FROM ${collector_spans}
        )
    )
)
