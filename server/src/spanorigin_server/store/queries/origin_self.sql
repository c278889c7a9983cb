-- How long places in the code took themselves: each span's duration without its children's, children that ran side by
-- side or outlived it counting no more than the span itself. Whole traces are looked at, one in {one_in}.
SELECT
    ${keys},
    sum(if(children.children_ns > spans.duration_ns, 0, spans.duration_ns - children.children_ns)) * {one_in:UInt32} AS self_ns
FROM
(
    SELECT *, second FROM ${database}.spans AS spans
    WHERE ${window} AND spans.origin_path != '' AND ${place} AND ${condition} AND ${sample}
) AS spans
LEFT JOIN
(
    SELECT spans.trace_id AS trace_id, spans.parent_span_id AS parent_id, sum(spans.duration_ns) AS children_ns
    FROM ${database}.spans AS spans
    WHERE ${window} AND spans.parent_span_id != toFixedString('', 8) AND ${sample}
    GROUP BY trace_id, parent_id
) AS children ON children.trace_id = spans.trace_id AND children.parent_id = spans.span_id
GROUP BY ${groups}
SETTINGS max_execution_time = ${seconds}
