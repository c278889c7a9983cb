-- The days that spans are kept of, oldest first, from the parts' own counts: no data is read. A part may say that it is
-- deleted from in part; its rows are counted still.
SELECT
    partition_id AS day,
    toUnixTimestamp(max(max_time)) AS last_s,
    sum(rows) AS spans,
    sum(bytes_on_disk) AS bytes,
    max(has_lightweight_delete) AS has_deleted
FROM ${parts}
WHERE database = '${held_in}' AND table = '${held}' AND active
GROUP BY day
ORDER BY day
