-- Chosen groups over time: one row for each group and piece of the window that has spans.
SELECT
    ${keys},
    intDiv(toUnixTimestamp(spans.second) - {start_s:UInt32}, {step_s:UInt32}) AS piece,
    ${measures}
FROM ${database}.spans AS spans
WHERE ${window} AND ${condition} AND ${chosen}
GROUP BY ${groups}
SETTINGS max_execution_time = ${seconds}
