-- Rate, errors and duration of places in the code. Grouped in the order in which the projection lies, where the groups
-- allow it: no hash table of places then, and one pass (decision 0150).
SELECT
    ${keys},
    ${measures},
    countIf(spans.origin_type = 'entry') AS entries${trend}
FROM ${database}.spans AS spans
WHERE ${window}
    AND spans.origin_path != ''
    AND ${place}
    AND ${condition}
GROUP BY ${groups}
HAVING count >= {min_count:UInt64}
ORDER BY ${order}
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}, optimize_aggregation_in_order = ${in_order},
    preferred_optimize_projection_name = 'p_origin'
