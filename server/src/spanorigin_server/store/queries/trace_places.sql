-- The places in the code at which the spans of a trace began, each with the commit that its process ran.
SELECT
    spans.service AS service,
    spans.version AS version,
    spans.commit AS commit,
    spans.repository AS repository,
    spans.origin_type AS origin_type,
    spans.origin_file AS file,
    spans.origin_path AS path,
    spans.origin_line AS line,
    spans.origin_function AS function,
    toUnixTimestamp(min(spans.second)) AS first_s
FROM ${database}.spans AS spans
WHERE ${is_trace} AND spans.origin_type != 'none'
GROUP BY service, version, commit, repository, origin_type, file, path, line, function
ORDER BY service, commit, path, line
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}
