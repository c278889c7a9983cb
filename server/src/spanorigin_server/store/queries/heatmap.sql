-- Spans by when they began and how long they took: eight rows to a doubling of the duration is finer than anyone sees.
SELECT
    intDiv(toUnixTimestamp(spans.second) - {start_s:UInt32}, {step_s:UInt32}) AS piece,
    toInt32(floor(log2(greatest(spans.duration_ns, 1)) * {rows_to_a_doubling:UInt32})) AS height,
    count() AS count,
    countIf(spans.status = 'error') AS errors
FROM ${database}.spans AS spans
WHERE ${window} AND ${condition}
GROUP BY piece, height
ORDER BY piece, height
SETTINGS max_execution_time = ${seconds}
