-- Places in the code of spans that belong to sampled traces and are related to the place that was asked about.
SELECT
    spans.service AS service,
    spans.origin_path AS path,
    spans.origin_line AS line,
    spans.origin_function AS function,
    uniqExact(spans.trace_id) AS traces,
    ${measures}
FROM ${database}.spans AS spans
WHERE ${window}
    AND spans.trace_id IN (SELECT toFixedString(unhex(arrayJoin({traces:Array(String)})), 16))
    AND spans.origin_path != ''
    AND ${related}
GROUP BY service, path, line, function
ORDER BY traces DESC, count DESC, service, path, line, function
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}
