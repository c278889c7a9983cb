-- What the parents of repeated calls spent on them, in a sample of traces; and where the parents come from themselves.
SELECT
    calls.path AS path, calls.line AS line, calls.function AS function,
    quantileExact(0.5)(least(calls.time_ns / greatest(spans.duration_ns, 1), 1.)) AS share,
    anyHeavy(spans.name) AS parent_name,
    anyHeavy(spans.origin_path) AS parent_path,
    anyHeavy(spans.origin_line) AS parent_line,
    anyHeavy(spans.origin_function) AS parent_function
FROM
(
    SELECT
        spans.origin_path AS path, spans.origin_line AS line, spans.origin_function AS function,
        spans.trace_id AS trace_id, spans.parent_span_id AS parent_id, count() AS calls, sum(spans.duration_ns) AS time_ns
    FROM ${database}.spans AS spans
    WHERE ${window} AND spans.trace_id IN (SELECT toFixedString(unhex(arrayJoin({traces:Array(String)})), 16)) AND ${condition}
        AND spans.origin_type = 'exit' AND spans.origin_path != ''
    GROUP BY path, line, function, trace_id, parent_id
    HAVING calls >= {at_least:UInt32}
) AS calls
INNER JOIN
(
    SELECT * FROM ${database}.spans AS spans
    WHERE ${window_before} AND spans.trace_id IN (SELECT toFixedString(unhex(arrayJoin({traces:Array(String)})), 16))
) AS spans ON spans.trace_id = calls.trace_id AND spans.span_id = calls.parent_id
GROUP BY path, line, function
SETTINGS max_execution_time = ${seconds}
