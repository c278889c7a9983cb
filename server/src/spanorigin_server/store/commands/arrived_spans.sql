-- The way of a span: from a waiting scope to a row of `spans`. Read the SELECTs from the innermost outwards: one row a
-- span; then the attributes that mean something to us, a column each; then the origin, folded from all dialects, and what
-- the span worked on; then the columns. A SELECT for each of these: the engine names an
-- expression by its whole text, so that one built on others takes long to plan, and planning is most of what a small
-- group costs (decision 0162).
SELECT
    fromUnixTimestamp64Nano(toInt64(if(start_is_credible, start_ns, received_ns)), 'UTC') AS ts,
    if(duration_is_credible, toUInt64(end_ns - start_ns), 0) AS duration_ns,
    toFixedString(trace_id, 16) AS trace_id,
    toFixedString(span_id, 8) AS span_id,
    toFixedString(if(length(parent_span_id) = 8, parent_span_id, ''), 8) AS parent_span_id,
    trace_state,
    flags,
    service,
    name,
    worked_on AS resource_name,
    env,
    version,
    scope_name,
    scope_version,
    scope_attrs,
    kind,
    if(status_code BETWEEN 0 AND 2, status_code, 0) AS status,
    status_message,
    if(http_status < 65536, http_status, 0) AS http_status,
    multiIf(file = '', 0, written_type = 'entry', 1, written_type = 'exit', 2, kind IN (3, 4), 2, 1) AS origin_type,
    file AS origin_file,
    spanorigin_path(file, function, root, root_path) AS origin_path,
    if(file = '', 0, line) AS origin_line,
    if(file = '', '', function) AS origin_function,
    if(file = '' OR length(frames) < 2, [], arrayMap(
        (file, line, function) -> (file, spanorigin_path(file, function, root, root_path), toUInt32OrZero(line), function),
        arrayMap(file -> spanorigin_file(file), frames.1), frames.2, frames.3)) AS origin_frames,
    repository,
    commit,
    resource,
    CAST((
        arrayConcat(arrayFilter((key, kind) -> kind = 'string_value', keys, kinds), reported.1),
        arrayConcat(arrayFilter((text, kind) -> kind = 'string_value', texts, kinds), reported.2)
        ), 'Map(LowCardinality(String), String)') AS attrs_str,
    CAST((
        arrayConcat(arrayFilter((key, kind) -> kind = 'int_value', keys, kinds), dropped.1),
        arrayConcat(arrayFilter((whole, kind) -> kind = 'int_value', wholes, kinds), dropped.2)
        ), 'Map(LowCardinality(String), Int64)') AS attrs_int,
    CAST((
        arrayFilter((key, kind) -> kind = 'double_value', keys, kinds),
        arrayFilter((number, kind) -> kind = 'double_value', numbers, kinds)
        ), 'Map(String, Float64)') AS attrs_float,
    CAST((
        arrayFilter((key, kind) -> kind = 'bool_value', keys, kinds),
        arrayMap(truth -> truth != 0, arrayFilter((truth, kind) -> kind = 'bool_value', truths, kinds))
        ), 'Map(String, Bool)') AS attrs_bool,
    json AS attrs_json,
    arrayMap(time_ns -> fromUnixTimestamp64Nano(toInt64(
        if(spanorigin_time_is_credible(time_ns, received_ns), time_ns, received_ns)), 'UTC'), events_ns) AS events_ts,
    events_name,
    events_attrs,
    links.1 AS links_trace_id,
    links.2 AS links_span_id,
    links.3 AS links_attrs,
    fromUnixTimestamp64Nano(toInt64(received_ns), 'UTC') AS received_ts
FROM
(
    SELECT
        *,
        ${folded},
        if(start_is_credible AND duration_is_credible, CAST(([], []), 'Tuple(Array(LowCardinality(String)), Array(String))'),
            CAST((['${REPORTED_START}', '${REPORTED_END}'], [toString(start_ns), toString(end_ns)]),
                'Tuple(Array(LowCardinality(String)), Array(String))')) AS reported
    FROM
    (
        SELECT
            * EXCEPT (known),
            ${known_columns},
            -- `code.*` counts, unless only Datadog's form has a type.
            code_file != '' AND (origin_type != '' OR datadog_type = '') AS has_code
        FROM
        (
            SELECT
                received_ns,
                resource, root, root_path, service, env, version, repository, commit, scope_name, scope_version, scope_attrs,
                `${span}.trace_id` AS trace_id,
                `${span}.span_id` AS span_id,
                `${span}.parent_span_id` AS parent_span_id,
                `${span}.trace_state` AS trace_state,
                `${span}.flags` AS flags,
                `${span}.name` AS name,
                if(`${span}.kind` BETWEEN 0 AND 5, `${span}.kind`, 0) AS kind,
                `${span}.status.code` AS status_code,
                `${span}.status.message` AS status_message,
                `${span}.start_time_unix_nano` AS start_ns,
                `${span}.end_time_unix_nano` AS end_ns,
                spanorigin_time_is_credible(start_ns, received_ns) AS start_is_credible,
                -- A year is more than any span takes; past it, one of the two clocks was wrong.
                end_ns >= start_ns AND toUInt64(end_ns - start_ns) < 31622400000000000 AS duration_is_credible,
                `${span}.attributes.key` AS keys,
                `${span}.attributes.value.value` AS kinds,
                `${span}.attributes.value.string_value` AS texts,
                `${span}.attributes.value.int_value` AS wholes,
                `${span}.attributes.value.double_value` AS numbers,
                `${span}.attributes.value.bool_value` AS truths,
                `${span}.json` AS json,
                -- Attributes that mean something to us, by their number in store/known.py; the others are 0.
                arrayMap(key -> transform(key, [${known_names}], [${known_numbers}], toUInt8(0)), keys) AS known,
                -- Datadog's frames, by the name of each part; nearly always none.
                CAST((
                    arrayFilter(key -> startsWith(key, '${DATADOG_FRAME_PREFIX}'), keys),
                    arrayFilter((text, key) -> startsWith(key, '${DATADOG_FRAME_PREFIX}'), texts, keys)
                    ), 'Map(String, String)') AS datadog,
                -- The names that OpenTelemetry's mapping to other formats gives these.
                arrayFilter(pair -> pair.2 > 0, [
                    ('otel.dropped_attributes_count', toInt64(`${span}.dropped_attributes_count`)),
                    ('otel.dropped_events_count', toInt64(`${span}.dropped_events_count`)),
                    ('otel.dropped_links_count', toInt64(`${span}.dropped_links_count`))]) AS dropped,
                `${span}.events.time_unix_nano` AS events_ns,
                `${span}.events.name` AS events_name,
                arrayMap((keys, texts, truths, wholes, numbers, kinds) -> spanorigin_text_map(keys, texts, truths, wholes, numbers, kinds),
                    `${span}.events.attributes.key`, `${span}.events.attributes.value.string_value`,
                    `${span}.events.attributes.value.bool_value`, `${span}.events.attributes.value.int_value`,
                    `${span}.events.attributes.value.double_value`, `${span}.events.attributes.value.value`) AS events_attrs,
                -- A link to no trace leads nowhere: left out.
                arrayFilter(link -> spanorigin_ids_are_valid(link.1, link.2), arrayMap(
                    (trace_id, span_id, keys, texts, truths, wholes, numbers, kinds) -> (
                        toFixedString(if(length(trace_id) = 16, trace_id, ''), 16), toFixedString(if(length(span_id) = 8, span_id, ''), 8),
                        spanorigin_text_map(keys, texts, truths, wholes, numbers, kinds)),
                    `${span}.links.trace_id`, `${span}.links.span_id`,
                    `${span}.links.attributes.key`, `${span}.links.attributes.value.string_value`,
                    `${span}.links.attributes.value.bool_value`, `${span}.links.attributes.value.int_value`,
                    `${span}.links.attributes.value.double_value`, `${span}.links.attributes.value.value`)) AS links
            FROM ${waiting_place}waiting_${lane}
            ARRAY JOIN ${span_column_names}
            WHERE spanorigin_ids_are_valid(trace_id, span_id)
        )
    )
)
