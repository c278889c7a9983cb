-- When each version of the services that a search finds was first seen, by all spans of these services.
SELECT
    spans.service AS service,
    spans.version AS version,
    spans.commit AS commit,
    toUnixTimestamp(min(spans.second)) AS first_s,
    count() AS count
FROM ${database}.spans AS spans
WHERE ${window} AND ${services} AND (spans.version != '' OR spans.commit != '')
GROUP BY service, version, commit
ORDER BY first_s DESC, service, version, commit
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}
