-- All spans of a trace, in the order in which they began; numbers instead of words, for they are many.
SELECT
    lower(hex(spans.span_id)) AS span_id,
    lower(hex(spans.parent_span_id)) AS parent_span_id,
    toUnixTimestamp64Nano(spans.ts) AS start_ns,
    spans.duration_ns AS duration_ns,
    spans.name AS name,
    spans.service AS service,
    spans.resource_name AS resource_name,
    toInt8(spans.kind) AS kind,
    toInt8(spans.status) AS status,
    spans.http_status AS http_status,
    toInt8(spans.origin_type) AS origin_type,
    spans.origin_file AS origin_file,
    spans.origin_path AS origin_path,
    spans.origin_line AS origin_line,
    spans.origin_function AS origin_function,
    length(spans.events_ts) AS events,
    arrayMap(event -> toUnixTimestamp64Nano(event), arraySlice(spans.events_ts, 1, 32)) AS mark_ns,
    arraySlice(spans.events_name, 1, 32) AS mark_name
FROM ${database}.spans AS spans
WHERE ${is_trace}
ORDER BY spans.ts, spans.duration_ns DESC, spans.span_id
-- An exporter that got no answer sends again: a span that came twice is one span.
LIMIT 1 BY spans.span_id, spans.ts, spans.kind, spans.name
LIMIT {limit:UInt32}
-- Every part has to be asked, and few have the trace: those that have not are ruled out before reading begins, which is
-- half the work where spans come in and parts are many (decision 0178).
SETTINGS max_execution_time = ${seconds}, use_skip_indexes_on_data_read = 0
