INSERT INTO spanorigin.otel_traces
SELECT
    ts, lower(hex(trace_id)), lower(hex(span_id)), lower(hex(parent_span_id)), '', name, toString(kind), service, resource,
    scope_name, scope_version,
    mapUpdate(attrs_str, if(origin_path = '', map('http.response.status_code', toString(http_status)),
        map('http.response.status_code', toString(http_status), 'code.file.path', origin_path, 'code.line.number',
            toString(origin_line), 'code.function.name', toString(origin_function)))),
    duration_ns, toString(status), status_message
FROM spanorigin.spans
WHERE second >= toDateTime({start_s:UInt32}, 'UTC')
SETTINGS max_block_size = 65536, min_insert_block_size_rows = 500000, max_insert_threads = 1
