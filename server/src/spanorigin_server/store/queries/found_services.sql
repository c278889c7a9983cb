-- The services whose spans a search finds.
SELECT DISTINCT spans.service AS service
FROM ${database}.spans AS spans
WHERE ${window} AND ${condition}
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}
