-- Undo what a failed insert may have left of these bodies, so that they can be written again without doubling a span.
DELETE FROM ${database}.${held} ${on_cluster}
WHERE received_ts IN (SELECT fromUnixTimestamp64Nano(toInt64(arrayJoin({received_ns:Array(UInt64)})), 'UTC'))
