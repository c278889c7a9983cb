-- The days that a Collector's spans are of, oldest first. Read from the times, since the table may be one over many.
SELECT toString(toYYYYMMDD(spans.second)) AS day, toUnixTimestamp(max(spans.second)) AS last_s, count() AS spans, 0 AS bytes, 0 AS has_deleted
FROM ${database}.spans AS spans
GROUP BY day
ORDER BY day
