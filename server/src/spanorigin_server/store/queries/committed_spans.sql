-- Of the spans of given bodies, the newest that meet a condition, and how many do. A span that began more than a day
-- before now is stored, and not shown to readers who watch: older days would have to be looked through each time.
SELECT
    ${row},
    count() OVER () AS matching${more}
FROM ${database}.spans AS spans
WHERE spans.received_ts IN (SELECT fromUnixTimestamp64Nano(toInt64(arrayJoin({names:Array(UInt64)})), 'UTC'))
    AND spans.received_ts >= fromUnixTimestamp64Nano({first:Int64}, 'UTC')
    AND spans.received_ts <= fromUnixTimestamp64Nano({last:Int64}, 'UTC')
    AND spans.second >= toDateTime({oldest_s:UInt32}, 'UTC')
    AND ${condition}
ORDER BY spans.ts DESC
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}
