-- Spans grouped by fields, the groups that come first in an order.
SELECT
    ${keys},
    ${measures}
FROM ${database}.spans AS spans
WHERE ${window} AND ${condition}
GROUP BY ${groups}
ORDER BY ${order}
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}, max_rows_to_group_by = ${group_limit}, group_by_overflow_mode = 'any'
