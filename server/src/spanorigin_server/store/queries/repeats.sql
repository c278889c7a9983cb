-- Calls that one line made again and again under one parent: the N+1 problem, over all traces. Wasted is what all of the
-- calls but the first took.
SELECT
    path, line, function,
    anyHeavy(service) AS service,
    anyHeavy(resource) AS resource,
    uniqExact(trace_id) AS traces,
    count() AS parents,
    sum(calls) AS calls_in_all,
    avg(calls) AS calls_mean,
    max(calls) AS calls_most,
    sum(time_ns) AS total_ns,
    sum(toUInt64(time_ns * (calls - 1) / calls)) AS wasted_ns,
    arrayMap(found -> lower(hex(found)), groupArraySorted(5)(trace_id)) AS examples,
    lower(hex(argMax(trace_id, (calls, trace_id)))) AS worst
FROM
(
    SELECT
        spans.origin_path AS path, spans.origin_line AS line, spans.origin_function AS function,
        spans.trace_id AS trace_id,
        any(spans.service) AS service,
        any(spans.resource_name) AS resource,
        count() AS calls,
        sum(spans.duration_ns) AS time_ns
    FROM ${database}.spans AS spans
    WHERE ${window} AND spans.origin_type = 'exit' AND spans.origin_path != '' AND ${sample} AND ${condition}
    GROUP BY path, line, function, trace_id, spans.parent_span_id
    HAVING calls >= {at_least:UInt32}
)
GROUP BY path, line, function
ORDER BY wasted_ns DESC, path, line, function
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}
