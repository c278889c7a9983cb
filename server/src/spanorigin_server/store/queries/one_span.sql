-- Everything known of one span. Floating-point attributes come as text, since JSON has no word for NaN and infinity.
SELECT
    ${row},
    spans.status_message AS status_message,
    spans.trace_state AS trace_state,
    spans.scope_name AS scope_name,
    spans.version AS version,
    spans.scope_version AS scope_version,
    spans.repository AS repository,
    spans.commit AS commit,
    spans.resource AS resource,
    spans.attrs_str AS attrs_str,
    spans.attrs_int AS attrs_int,
    mapApply((name, number) -> (name, toString(number)), spans.attrs_float) AS attrs_float,
    spans.attrs_bool AS attrs_bool,
    spans.attrs_json AS attrs_json,
    arrayMap(moment -> toUnixTimestamp64Nano(moment), spans.events_ts) AS events_ns,
    spans.events_name AS events_name,
    spans.events_attrs AS events_attrs,
    arrayMap(id -> lower(hex(id)), spans.links_trace_id) AS links_trace_id,
    arrayMap(id -> lower(hex(id)), spans.links_span_id) AS links_span_id,
    spans.links_attrs AS links_attrs
FROM ${database}.spans AS spans
WHERE ${is_trace}
    AND spans.span_id = toFixedString(unhex({span_id:String}), 8)
ORDER BY spans.received_ts DESC
LIMIT 1
-- As in trace_spans.
SETTINGS max_execution_time = ${seconds}, use_skip_indexes_on_data_read = 0
