-- The newest spans of a time range that meet a condition, behind a place in that order.
-- No alias here is a column's name under the table's own meaning: the condition reads `spans.…` and must keep doing so.
SELECT
    lower(hex(spans.trace_id)) AS trace_id,
    lower(hex(spans.span_id)) AS span_id,
    lower(hex(spans.parent_span_id)) AS parent_span_id,
    toUnixTimestamp64Nano(spans.ts) AS start_ns,
    spans.duration_ns AS duration_ns,
    spans.service AS service,
    spans.name AS name,
    spans.resource_name AS resource_name,
    spans.kind AS kind,
    spans.status AS status,
    spans.http_status AS http_status,
    spans.origin_type AS origin_type,
    spans.origin_file AS origin_file,
    spans.origin_path AS origin_path,
    spans.origin_line AS origin_line,
    spans.origin_function AS origin_function,
    spans.origin_frames AS origin_frames
FROM ${database}.spans AS spans
WHERE spans.ts >= fromUnixTimestamp64Nano({start_ns:Int64}, 'UTC')
    AND spans.ts < fromUnixTimestamp64Nano({end_ns:Int64}, 'UTC')
    AND (
        spans.ts < fromUnixTimestamp64Nano({after_ns:Int64}, 'UTC')
        OR (spans.trace_id, spans.span_id)
            < (toFixedString(unhex({after_trace_id:String}), 16), toFixedString(unhex({after_span_id:String}), 8))
    )
    AND ${condition}
ORDER BY spans.ts DESC, spans.trace_id DESC, spans.span_id DESC
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}
