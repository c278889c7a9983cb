-- Lines whose spans failed, with what they said.
SELECT
    spans.origin_path AS path, spans.origin_line AS line, spans.origin_function AS function,
    anyHeavy(spans.service) AS service,
    count() AS errors,
    uniqExact(spans.trace_id) AS traces,
    topK(3)(if(spans.status_message != '', spans.status_message,
        arrayFirst(text -> text != '', arrayMap(event -> event['exception.message'], spans.events_attrs)))) AS messages,
    lower(hex(argMax(spans.trace_id, spans.ts))) AS newest_trace,
    lower(hex(argMax(spans.span_id, spans.ts))) AS newest_span,
    toUnixTimestamp64Nano(max(spans.ts)) AS newest_ns
FROM ${database}.spans AS spans
WHERE ${window} AND spans.status = 'error' AND spans.origin_path != '' AND ${condition}
GROUP BY path, line, function
ORDER BY errors DESC, path, line, function
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}
