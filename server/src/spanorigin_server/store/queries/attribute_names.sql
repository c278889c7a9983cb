-- Names of the attributes of the newest spans, with how many of them have each.
SELECT field.1 AS name, field.2 AS kind, count() AS count
FROM
(
    SELECT arrayJoin(arrayConcat(
        arrayMap(key -> (toString(key), 'text'), mapKeys(spans.attrs_str)),
        arrayMap(key -> (toString(key), 'number'), mapKeys(spans.attrs_int)),
        arrayMap(key -> (toString(key), 'number'), mapKeys(spans.attrs_float)),
        arrayMap(key -> (toString(key), 'truth'), mapKeys(spans.attrs_bool)),
        arrayMap(key -> (toString(key), 'list'), mapKeys(spans.attrs_json)),
        arrayMap(key -> (toString(key), 'resource'), mapKeys(spans.resource)))) AS field
    FROM
    (
        SELECT attrs_str, attrs_int, attrs_float, attrs_bool, attrs_json, resource
        FROM ${database}.spans AS spans
        WHERE ${window} AND ${condition}
        ORDER BY toStartOfInterval(spans.second, INTERVAL 5 MINUTE) DESC
        LIMIT {sample:UInt32}
    ) AS spans
)
WHERE startsWith(field.1, {prefix:String})
GROUP BY name, kind
ORDER BY count DESC, name, kind
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}
