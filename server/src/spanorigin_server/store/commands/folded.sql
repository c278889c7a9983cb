-- The origin, folded from all dialects, and what the span worked on: columns of a SELECT, for spans of ours
-- (commands/store_spans.sql) and of a Collector's (collector/spans.sql).
spanorigin_file(if(has_code, code_file, datadog['${DATADOG_FRAME_PREFIX}0.file'])) AS file,
        if(has_code, code_line, toUInt32OrZero(datadog['${DATADOG_FRAME_PREFIX}0.line'])) AS line,
        multiIf(
            NOT has_code, spanorigin_joined(datadog['${DATADOG_FRAME_PREFIX}0.type'], datadog['${DATADOG_FRAME_PREFIX}0.method']),
            code_function = '', spanorigin_joined(code_namespace, old_function),
            -- The stable name has the namespace in it; Sentry writes the bare function beside the namespace.
            position(code_function, '.') = 0, spanorigin_joined(code_namespace, code_function),
            code_function) AS function,
        if(has_code, origin_type, datadog_type) AS written_type,
        if(has_code,
            arrayMap(found -> (found[1], found[2], found[3]),
                extractAllGroupsVertical(origin_frames, '(?m-s)^(.+):([0-9]+) (.*)$$')),
            arrayMap(prefix -> (datadog[concat(prefix, '.file')], datadog[concat(prefix, '.line')],
                    spanorigin_joined(datadog[concat(prefix, '.type')], datadog[concat(prefix, '.method')])),
                arrayMap(number -> concat('${DATADOG_FRAME_PREFIX}', toString(number)),
                    range(arrayCount(key -> endsWith(key, '.file'), mapKeys(datadog)))))
        ) AS frames,
        -- What the span worked on: the first of these that is there. A statement is cut, since it is a label here; it is
        -- whole among the attributes.
        multiIf(
            -- Datadog's own name for it, where it says more than the method.
            resource_name NOT IN ('', name, http_method), resource_name,
            http_route != '', trimLeft(concat(http_method, ' ', http_route)),
            http_method != '' AND (url_full != '' OR url_path != ''),
                concat(http_method, ' ', spanorigin_target(kind, url_full, url_path, server_address, server_port)),
            db_summary != '', db_summary,
            db_collection != '', trimLeft(concat(db_operation, ' ', db_collection)),
            db_query != '', substringUTF8(db_query, 1, 200),
            rpc_method != '', if(rpc_service = '', rpc_method, concat(rpc_service, '/', rpc_method)),
            messaging_destination != '', trimLeft(concat(messaging_operation, ' ', messaging_destination)),
            name) AS worked_on
