-- How many of the chosen spans began in each second, so that they can be read in pieces of about one size.
SELECT toUnixTimestamp(spans.second) AS second_s, count() AS spans
FROM ${database}.spans AS spans
WHERE ${window} AND ${condition}
GROUP BY second_s
ORDER BY second_s
SETTINGS max_execution_time = ${seconds}
