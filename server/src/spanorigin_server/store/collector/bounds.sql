spans.trace_text = lower({trace_id:String})
    AND spans.ts >= (SELECT if(count() = 0, toDateTime64(0, 9, 'UTC'), min(Start)) FROM ${collector_spans}_trace_id_ts WHERE TraceId = lower({trace_id:String}))
    AND spans.ts <= (SELECT if(count() = 0, toDateTime64('2200-01-01', 9, 'UTC'), max(End) + INTERVAL 1 SECOND) FROM ${collector_spans}_trace_id_ts WHERE TraceId = lower({trace_id:String}))
