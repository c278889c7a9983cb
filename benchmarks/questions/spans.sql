-- {count} spans from number {first} on, {apart} ns from each other, made by the engine from numbers: the same at each run.
-- 40 services with five operations each, few of them busy; traces of eight; 5,000 lines in 600 files, few of them hot; 6 to
-- 10 attributes, of which users and requests have hundreds of thousands of values; 2 % errors with an event; durations
-- around 5 ms; a release of everything at {deployed}.
INSERT INTO spanorigin.spans (ts, duration_ns, trace_id, span_id, parent_span_id, service, name, resource_name, env, version,
    scope_name, scope_version, kind, status, status_message, http_status, origin_type, origin_file, origin_path, origin_line,
    origin_function, repository, commit, resource, attrs_str, events_ts, events_name, events_attrs, received_ts)
SELECT
    fromUnixTimestamp64Nano(toInt64(start_ns), 'UTC'),
    toUInt64(20000 + exp(15.5 + 1.4 * sqrt(-2 * log(u3)) * cos(6.283185307 * u4))) AS duration,
    reinterpretAsFixedString(sipHash128(trace)),
    reinterpretAsFixedString(sipHash64(n, 1)),
    if(position = 0, toFixedString('', 8), reinterpretAsFixedString(sipHash64(n - position + sipHash64(n, 2) % position, 1))),
    svc, operation, operation, if(service_no % 7 = 0, 'staging', 'prod'), concat('1.', toString(service_no % 20), '.', toString(is_new)),
    concat('io.otel.lib-', toString(service_no % 20)), '1.0.0',
    if(role = 0, 'server', if(role = 1, 'client', 'internal')),
    if(failed, 'error', 'unset'), if(failed, 'bad value', ''), if(role = 0, http, 0),
    if(role = 0, 'entry', if(role = 1, 'exit', 'none')) AS type,
    if(role = 2, '', concat('/srv/app/', file)), if(role = 2, '', file), if(role = 2, 0, line), if(role = 2, '', fn),
    'https://git.example/shop', if(is_new, 'bbbbbbb', 'aaaaaaa'),
    map('service.name', svc, 'service.version', concat('1.', toString(service_no % 20), '.0'), 'host.name', pod,
        'telemetry.sdk.language', ['python', 'java', 'nodejs', 'go', 'dotnet'][1 + service_no % 5], 'process.pid', toString(1000 + service_no * 10 + sipHash64(n, 5) % 10)),
    multiIf(
        role = 0, map('http.request.method', operation_verb, 'http.route', route, 'url.path', path, 'server.address', host,
            'user.id', user, 'request.id', request, 'client.address', concat('10.', toString(sipHash64(n, 11) % 5000), '.1.2'),
            'user_agent.original', concat('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/', toString(100 + sipHash64(n, 12) % 40), '.0'),
            'tenant.id', tenant, 'http.response.body.size', toString(100 + sipHash64(n, 13) % 20000)),
        role = 1, map('db.system.name', ['postgresql', 'redis', 'mysql', 'mongodb'][1 + sipHash64(n, 14) % 4],
            'db.query.text', concat('SELECT a, b, c FROM table_', toString(statement % 60), ' WHERE id = $1 AND kind = ', toString(statement % 500), ' ORDER BY created_at DESC LIMIT 50'),
            'server.address', host, 'tenant.id', tenant, 'thread.name', thread, 'feature.flag', if(sipHash64(n, 16) % 2 = 0, 'true', 'false'), 'request.id', request),
        map('tenant.id', tenant, 'thread.name', thread, 'feature.flag', if(sipHash64(n, 16) % 2 = 0, 'true', 'false'), 'user.id', user,
            'request.id', request, 'server.address', host)),
    if(failed, [fromUnixTimestamp64Nano(toInt64(start_ns + duration), 'UTC')], []),
    if(failed, ['exception'], []),
    if(failed, [map('exception.type', 'ValueError', 'exception.message', concat('bad value at ', toString(loc)))], []),
    fromUnixTimestamp64Nano(toInt64(intDiv(start_ns, 1000000000) * 1000000000 + 1000000000 + intDiv(n, 512) % 1000), 'UTC')
FROM
(
    WITH
        (k -> (sipHash64(n, 100 + k) + 1) / 18446744073709551617.) AS u,
        (k -> toUInt64(least(pow(u(k), -5.), 1e15)) - 1) AS zipf
    SELECT
        number + {first:UInt64} AS n,
        intDiv(n, 8) AS trace,
        n % 8 AS position,
        {start:Int64} + n * {apart:Int64} AS start_ns,
        if(position = 0, 0, sipHash64(n, 20) % 3) AS role,
        zipf(1) % 200 AS op,
        intDiv(op, 5) AS service_no,
        concat(['cart', 'order', 'user', 'pay', 'ship', 'search', 'reco', 'mail'][1 + intDiv(service_no, 5)], '-',
            ['api', 'svc', 'worker', 'gw', 'db-proxy'][1 + service_no % 5]) AS svc,
        ['GET', 'POST', 'SELECT', 'process', 'publish'][1 + op % 5] AS operation_verb,
        concat(operation_verb, ' ', svc, '.', ['list', 'get', 'update', 'sync', 'notify'][1 + op % 5]) AS operation,
        sipHash64(n, 21) % 50 = 0 AS failed,
        if(failed, [500, 502, 503][1 + sipHash64(n, 22) % 3], [200, 201, 204][1 + sipHash64(n, 22) % 3]) AS http,
        if(u(23) < 0.3, sipHash64(op, 24) % 5000,
            toUInt64(pow((pow(5000, 0.1) - 1) * u(25) + 1, 10)) * 3571 % 5000) AS loc,
        concat('src/', ['billing', 'views', 'handlers', 'models', 'client'][1 + sipHash64(loc, 27) % 5], '/file_', toString(sipHash64(loc, 27) % 600), '.py') AS file,
        5 + sipHash64(loc, 28) % 1495 AS line,
        concat('app.', ['get', 'post', 'load', 'save', 'handle'][1 + loc % 5], '_', toString(loc % 997)) AS fn,
        concat('pod-', toString(service_no * 10 + sipHash64(n, 29) % 10)) AS pod,
        concat('/api/v1/', ['cart', 'orders', 'users', 'items'][1 + op % 4], '/{id}/', toString(op)) AS route,
        concat('/api/v1/', ['cart', 'orders', 'users', 'items'][1 + op % 4], '/', toString(sipHash64(n, 30) % 200000), '/', toString(op)) AS path,
        concat('node-', toString(zipf(31) % 60), '.internal.example') AS host,
        concat('u-', toString(sipHash64(sipHash64(n, 32) % 300000) % 100000000)) AS user,
        lower(hex(sipHash128(sipHash64(n, 33) % 1000000))) AS request,
        concat('tenant-', toString(zipf(34) % 400)) AS tenant,
        concat('worker-', toString(sipHash64(n, 35) % 64)) AS thread,
        zipf(15) AS statement,
        start_ns > {deployed:Int64} AS is_new,
        u(3) AS u3,
        u(4) AS u4
    FROM numbers({count:UInt64})
)
SETTINGS max_block_size = 65536, min_insert_block_size_rows = 500000, max_partitions_per_insert_block = 0
