-- Spans in full, those of one resource and scope together. Numbers that JSON has no form for come as text.
SELECT
    lower(hex(spans.trace_id)) AS trace_id,
    lower(hex(spans.span_id)) AS span_id,
    lower(hex(spans.parent_span_id)) AS parent_span_id,
    spans.trace_state AS trace_state,
    spans.flags AS flags,
    spans.name AS name,
    CAST(spans.kind, 'Int8') AS kind,
    CAST(spans.status, 'Int8') AS status_code,
    spans.status_message AS status_message,
    toUnixTimestamp64Nano(spans.ts) AS start_ns,
    spans.duration_ns AS duration_ns,
    spans.resource AS resource,
    spans.scope_name AS scope_name,
    spans.scope_version AS scope_version,
    spans.scope_attrs AS scope_attrs,
    spans.attrs_str AS attrs_str,
    spans.attrs_int AS attrs_int,
    mapApply((name, number) -> (name, toString(number)), spans.attrs_float) AS attrs_float,
    spans.attrs_bool AS attrs_bool,
    spans.attrs_json AS attrs_json,
    arrayMap(time -> toUnixTimestamp64Nano(time), spans.events_ts) AS events_ns,
    spans.events_name AS events_name,
    spans.events_attrs AS events_attrs,
    arrayMap(id -> lower(hex(id)), spans.links_trace_id) AS links_trace_id,
    arrayMap(id -> lower(hex(id)), spans.links_span_id) AS links_span_id,
    spans.links_attrs AS links_attrs
FROM ${database}.spans AS spans
WHERE ${window} AND ${condition}
ORDER BY spans.service, spans.resource, spans.scope_name, spans.scope_version, spans.ts, spans.span_id
SETTINGS max_execution_time = ${seconds}
