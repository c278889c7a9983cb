-- How often each value of each field occurs: all fields in one reading of the spans. `others` has a bit for each field
-- that a row is not about, the last field's lowest.
SELECT
    ${keys},
    grouping(${groups}) AS others,
    count() AS count,
    countIf(spans.status = 'error') AS errors
FROM ${database}.spans AS spans
WHERE ${window} AND ${condition}
GROUP BY GROUPING SETS (${sets})
ORDER BY count DESC, ${order}
LIMIT {limit:UInt32} BY others
SETTINGS max_execution_time = ${seconds}, max_rows_to_group_by = ${group_limit}, group_by_overflow_mode = 'any'
