-- Written as Parquet by the engine itself, group of rows by group of rows: no more than one is in memory. Ids in hex.
SELECT
    lower(hex(spans.trace_id)) AS trace_id,
    lower(hex(spans.span_id)) AS span_id,
    lower(hex(spans.parent_span_id)) AS parent_span_id,
    toUnixTimestamp64Nano(spans.ts) AS start_ns,
    toString(spans.kind) AS kind,
    toString(spans.status) AS status,
    toString(spans.origin_type) AS origin_type,
    arrayMap(time -> toUnixTimestamp64Nano(time), spans.events_ts) AS events_ns,
    arrayMap(id -> lower(hex(id)), spans.links_trace_id) AS links_trace_id,
    arrayMap(id -> lower(hex(id)), spans.links_span_id) AS links_span_id,
    toUnixTimestamp64Nano(spans.received_ts) AS received_ns,
    spans.* EXCEPT (ts, trace_id, span_id, parent_span_id, kind, status, origin_type, events_ts, links_trace_id, links_span_id, received_ts)
FROM ${database}.spans AS spans
WHERE ${window} AND ${condition}
