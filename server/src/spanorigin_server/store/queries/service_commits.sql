-- The commits that services ran in a stretch of time, and when each was first and last seen.
SELECT
    spans.service AS service,
    spans.commit AS commit,
    max(spans.version) AS version,
    toUnixTimestamp(min(spans.second)) AS first_s,
    toUnixTimestamp(max(spans.second)) AS last_s
FROM ${database}.spans AS spans
WHERE ${window} AND has({services:Array(String)}, spans.service) AND spans.commit != ''
GROUP BY service, commit
ORDER BY service, first_s, commit
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}
