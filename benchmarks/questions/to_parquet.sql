SELECT
    toUnixTimestamp64Nano(ts) AS ts_ns, duration_ns, lower(hex(trace_id)) AS trace_id, lower(hex(span_id)) AS span_id, lower(hex(parent_span_id)) AS parent_span_id,
    toString(service) AS service, toString(name) AS name, toString(kind) AS kind, toString(status) AS status,
    toInt32(http_status) AS http_status, toString(origin_path) AS origin_path, toInt32(origin_line) AS origin_line,
    toString(origin_function) AS origin_function,
    CAST(resource, 'Map(String, String)') AS resource, CAST(attrs_str, 'Map(String, String)') AS attrs
FROM spanorigin.spans
WHERE second >= toDateTime({start_s:UInt32}, 'UTC')
INTO OUTFILE '${file}'
FORMAT Parquet
