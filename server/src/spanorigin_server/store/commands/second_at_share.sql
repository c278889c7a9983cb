-- The second before which about this share of a day's spans began.
SELECT toUnixTimestamp(quantile({share:Float64})(second)) AS second_s
FROM ${database}.spans
WHERE toDate(second) = toDate(parseDateTime({day:String}, '%Y%m%d', 'UTC'))
