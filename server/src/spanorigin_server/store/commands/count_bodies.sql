-- Spans that are there of these bodies. The index of received_ts leaves little to read.
SELECT count() AS spans FROM ${database}.spans
WHERE received_ts IN (SELECT fromUnixTimestamp64Nano(toInt64(arrayJoin({received_ns:Array(UInt64)})), 'UTC'))
