-- The way of a span: from a waiting scope to a row of `spans`. Read the SELECTs from the innermost outwards: one row a
-- span; then the attributes that mean something to us; then the origin, folded from three dialects.
-- Settings: optimizers that find nothing in here and take half of the planning are off; a body may span many days.
INSERT INTO ${database}.spans
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
    if(worked_on = '', name, worked_on) AS resource_name,
    env,
    version,
    scope_name,
    scope_version,
    scope_attrs,
    kind,
    status,
    status_message,
    toUInt16OrZero(known['http.response.status_code']) AS http_status,
    multiIf(file = '', 0, written_type = 'entry', 1, written_type = 'exit', 2, kind IN (3, 4), 2, 1) AS origin_type,
    file AS origin_file,
    spanorigin_path(file, root) AS origin_path,
    if(file = '', 0, toUInt32OrZero(line)) AS origin_line,
    if(file = '', '', function) AS origin_function,
    if(file = '' OR length(frames) < 2, [], arrayMap(
        frame -> (frame.1, spanorigin_path(frame.1, root), toUInt32OrZero(frame.2), frame.3), frames)) AS origin_frames,
    repository,
    commit,
    resource,
    CAST((
        arrayConcat(arrayFilter((key, kind) -> kind IN ('none', 'string_value', 'bytes_value'), keys, kinds), reported.1),
        arrayConcat(arrayFilter((text, kind) -> kind IN ('none', 'string_value', 'bytes_value'), texts, kinds), reported.2)
        ), 'Map(LowCardinality(String), String)') AS attrs_str,
    CAST((
        arrayConcat(arrayFilter((key, kind) -> kind = 'int_value', keys, kinds), dropped.1),
        arrayConcat(arrayFilter((whole, kind) -> kind = 'int_value', wholes, kinds), dropped.2)
        ), 'Map(LowCardinality(String), Int64)') AS attrs_int,
    CAST((
        arrayFilter((key, kind) -> kind = 'double_value', keys, kinds),
        arrayFilter((number, kind) -> kind = 'double_value', numbers, kinds)
        ), 'Map(LowCardinality(String), Float64)') AS attrs_float,
    CAST((
        arrayFilter((key, kind) -> kind = 'bool_value', keys, kinds),
        arrayMap(truth -> truth != 0, arrayFilter((truth, kind) -> kind = 'bool_value', truths, kinds))
        ), 'Map(LowCardinality(String), Bool)') AS attrs_bool,
    CAST((
        arrayFilter((key, kind) -> kind = 'json_value', keys, kinds),
        arrayFilter((json, kind) -> kind = 'json_value', jsons, kinds)
        ), 'Map(LowCardinality(String), String)') AS attrs_json,
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
        if(start_is_credible AND duration_is_credible, CAST(([], []), 'Tuple(Array(LowCardinality(String)), Array(String))'),
            CAST((['${REPORTED_START}', '${REPORTED_END}'], [toString(start_ns), toString(end_ns)]),
                'Tuple(Array(LowCardinality(String)), Array(String))')) AS reported,
        -- What the span worked on: the first of these that is there. A statement is cut, since it is a label here; it is
        -- whole among the attributes.
        multiIf(
            known['http.route'] != '', trimLeft(concat(known['http.request.method'], ' ', known['http.route'])),
            known['http.request.method'] != '' AND (known['url.full'] != '' OR known['url.path'] != ''),
                concat(known['http.request.method'], ' ', spanorigin_target(kind, known['url.full'], known['url.path'], known['server.address'], known['server.port'])),
            known['db.query.summary'] != '', known['db.query.summary'],
            known['db.collection.name'] != '', trimLeft(concat(known['db.operation.name'], ' ', known['db.collection.name'])),
            known['db.query.text'] != '', substringUTF8(known['db.query.text'], 1, 200),
            known['rpc.method'] != '', if(known['rpc.service'] = '', known['rpc.method'],
                concat(known['rpc.service'], '/', known['rpc.method'])),
            known['messaging.destination.name'] != '', trimLeft(
                concat(known['messaging.operation.name'], ' ', known['messaging.destination.name'])),
            '') AS worked_on,
        multiIf(has_code, known['${CODE_FILE_PATH}'], known['${DATADOG_FRAME_PREFIX}0.file']) AS file,
        multiIf(has_code, known['${CODE_LINE_NUMBER}'], known['${DATADOG_FRAME_PREFIX}0.line']) AS line,
        multiIf(
            NOT has_code, spanorigin_joined(known['${DATADOG_FRAME_PREFIX}0.type'], known['${DATADOG_FRAME_PREFIX}0.method']),
            known['${CODE_FUNCTION_NAME}'] != '', known['${CODE_FUNCTION_NAME}'],
            spanorigin_joined(known['${OLD_CODE_NAMESPACE}'], known['${OLD_CODE_FUNCTION}'])) AS function,
        if(has_code, known['${ORIGIN_TYPE}'], known['${DATADOG_TYPE}']) AS written_type,
        if(has_code,
            arrayMap(found -> (found[1], found[2], found[3]),
                extractAllGroupsVertical(known['${ORIGIN_FRAMES}'], '(?m-s)^(.+):([0-9]+) (.*)$$')),
            arrayMap(prefix -> (known[concat(prefix, '.file')], known[concat(prefix, '.line')],
                    spanorigin_joined(known[concat(prefix, '.type')], known[concat(prefix, '.method')])),
                arrayMap(number -> concat('${DATADOG_FRAME_PREFIX}', toString(number)),
                    range(arrayCount(key -> startsWith(key, '${DATADOG_FRAME_PREFIX}') AND endsWith(key, '.file'), mapKeys(known)))))
        ) AS frames
    FROM
    (
        SELECT
            * EXCEPT (known_keys),
            CAST((
                arrayFilter(key -> key != '', known_keys),
                arrayMap((whole, text, kind) -> if(kind = 'int_value', toString(whole), text),
                    arrayFilter((whole, key) -> key != '', wholes, known_keys),
                    arrayFilter((text, key) -> key != '', texts, known_keys),
                    arrayFilter((kind, key) -> key != '', kinds, known_keys))
                ), 'Map(String, String)') AS known,
            known['${CODE_FILE_PATH}'] != '' AND (known['${ORIGIN_TYPE}'] != '' OR known['${DATADOG_TYPE}'] = '') AS has_code
        FROM
        (
            SELECT
                received_ns,
                resource, root, service, env, version, repository, commit, scope_name, scope_version, scope_attrs,
                `${span}.trace_id` AS trace_id,
                `${span}.span_id` AS span_id,
                `${span}.parent_span_id` AS parent_span_id,
                `${span}.trace_state` AS trace_state,
                `${span}.flags` AS flags,
                `${span}.name` AS name,
                if(`${span}.kind` BETWEEN 0 AND 5, `${span}.kind`, 0) AS kind,
                if(`${span}.status.code` BETWEEN 0 AND 2, `${span}.status.code`, 0) AS status,
                `${span}.status.message` AS status_message,
                `${span}.start_time_unix_nano` AS start_ns,
                `${span}.end_time_unix_nano` AS end_ns,
                spanorigin_time_is_credible(start_ns, received_ns) AS start_is_credible,
                -- A year is more than any span takes; past it, one of the two clocks was wrong.
                end_ns >= start_ns AND toUInt64(end_ns - start_ns) < 31622400000000000 AS duration_is_credible,
                `${span}.attributes.key` AS keys,
                `${span}.attributes.value.value` AS kinds,
                arrayMap((text, bytes, kind) -> if(kind = 'bytes_value', base64Encode(bytes), text),
                    `${span}.attributes.value.string_value`, `${span}.attributes.value.bytes_value`, kinds) AS texts,
                `${span}.attributes.value.int_value` AS wholes,
                `${span}.attributes.value.double_value` AS numbers,
                `${span}.attributes.value.bool_value` AS truths,
                `${span}.attributes.value.json_value` AS jsons,
                -- Attributes that mean something to us, under one name each; the others are ''.
                arrayMap(key -> if(startsWith(key, '${DATADOG_FRAME_PREFIX}'), key, transform(key, [
                    '${CODE_FILE_PATH}', '${OLD_CODE_FILEPATH}', '${CODE_LINE_NUMBER}', '${OLD_CODE_LINENO}',
                    '${CODE_FUNCTION_NAME}', '${OLD_CODE_NAMESPACE}', '${OLD_CODE_FUNCTION}',
                    '${ORIGIN_TYPE}', '${ORIGIN_FRAMES}', '${DATADOG_TYPE}',
                    'http.response.status_code', 'http.status_code', 'http.request.method', 'http.method', 'http.route', 'url.template',
                    'url.full', 'http.url', 'url.path', 'http.target', 'server.address', 'net.peer.name', 'server.port', 'net.peer.port',
                    'db.query.summary', 'db.operation.name', 'db.operation', 'db.collection.name', 'db.sql.table',
                    'db.query.text', 'db.statement', 'rpc.method', 'rpc.service',
                    'messaging.destination.name', 'messaging.operation.name', 'messaging.operation'
                ], [
                    '${CODE_FILE_PATH}', '${CODE_FILE_PATH}', '${CODE_LINE_NUMBER}', '${CODE_LINE_NUMBER}',
                    '${CODE_FUNCTION_NAME}', '${OLD_CODE_NAMESPACE}', '${OLD_CODE_FUNCTION}',
                    '${ORIGIN_TYPE}', '${ORIGIN_FRAMES}', '${DATADOG_TYPE}',
                    'http.response.status_code', 'http.response.status_code', 'http.request.method', 'http.request.method', 'http.route', 'http.route',
                    'url.full', 'url.full', 'url.path', 'url.path', 'server.address', 'server.address', 'server.port', 'server.port',
                    'db.query.summary', 'db.operation.name', 'db.operation.name', 'db.collection.name', 'db.collection.name',
                    'db.query.text', 'db.query.text', 'rpc.method', 'rpc.service',
                    'messaging.destination.name', 'messaging.operation.name', 'messaging.operation.name'
                ], '')), keys) AS known_keys,
                -- The names that OpenTelemetry's mapping to other formats gives these.
                arrayFilter(pair -> pair.2 > 0, [
                    ('otel.dropped_attributes_count', toInt64(`${span}.dropped_attributes_count`)),
                    ('otel.dropped_events_count', toInt64(`${span}.dropped_events_count`)),
                    ('otel.dropped_links_count', toInt64(`${span}.dropped_links_count`))]) AS dropped,
                `${span}.events.time_unix_nano` AS events_ns,
                `${span}.events.name` AS events_name,
                arrayMap((keys, texts, truths, wholes, numbers, bytess, jsons, kinds) ->
                        spanorigin_text_map(keys, texts, truths, wholes, numbers, bytess, jsons, kinds),
                    `${span}.events.attributes.key`, `${span}.events.attributes.value.string_value`,
                    `${span}.events.attributes.value.bool_value`, `${span}.events.attributes.value.int_value`,
                    `${span}.events.attributes.value.double_value`, `${span}.events.attributes.value.bytes_value`,
                    `${span}.events.attributes.value.json_value`, `${span}.events.attributes.value.value`) AS events_attrs,
                -- A link to no trace leads nowhere: left out.
                arrayFilter(link -> spanorigin_ids_are_valid(link.1, link.2), arrayMap(
                    (trace_id, span_id, keys, texts, truths, wholes, numbers, bytess, jsons, kinds) -> (
                        toFixedString(if(length(trace_id) = 16, trace_id, ''), 16), toFixedString(if(length(span_id) = 8, span_id, ''), 8),
                        spanorigin_text_map(keys, texts, truths, wholes, numbers, bytess, jsons, kinds)),
                    `${span}.links.trace_id`, `${span}.links.span_id`,
                    `${span}.links.attributes.key`, `${span}.links.attributes.value.string_value`,
                    `${span}.links.attributes.value.bool_value`, `${span}.links.attributes.value.int_value`,
                    `${span}.links.attributes.value.double_value`, `${span}.links.attributes.value.bytes_value`,
                    `${span}.links.attributes.value.json_value`, `${span}.links.attributes.value.value`)) AS links
            FROM ${database}.waiting_${lane}
            ARRAY JOIN ${span_column_names}
            WHERE spanorigin_ids_are_valid(trace_id, span_id) AND NOT has({held:Array(UInt64)}, received_ns)
        )
    )
)
SETTINGS optimize_and_compare_chain = 0, query_plan_enable_optimizations = 0, max_partitions_per_insert_block = 0
