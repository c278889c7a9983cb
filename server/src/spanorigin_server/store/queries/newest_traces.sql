-- The newest spans of a place in the code, as keys into their traces.
SELECT
    lower(hex(spans.trace_id)) AS trace_id,
    lower(hex(spans.parent_span_id)) AS parent_span_id,
    spans.service AS service,
    toUnixTimestamp(spans.second) AS began_s,
    -- The calling frame of an exit; empty where the chain is not known.
    spans.origin_frames.path[2] AS caller_path,
    spans.origin_frames.line[2] AS caller_line,
    spans.origin_frames.function[2] AS caller_function
FROM ${database}.spans AS spans
WHERE ${window} AND spans.origin_path != '' AND ${place} AND ${condition}
ORDER BY toStartOfInterval(spans.second, INTERVAL 1 HOUR) DESC, spans.second DESC
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}
