-- The newest spans of a time range that meet a condition, behind a place in that order.
SELECT
    ${row}
FROM ${database}.spans AS spans
WHERE ${window}
    AND ${borders}
    AND ${place}
    AND ${condition}
ORDER BY ${order}spans.ts DESC, spans.trace_id DESC, spans.span_id DESC
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}
