-- The parts that spans lie in, those first whose newest span is the oldest, from their own counts: no data is read.
SELECT name, partition_id AS day, bytes_on_disk AS bytes
FROM ${parts}
WHERE database = '${held_in}' AND table = '${held}' AND active
ORDER BY max_time, name
