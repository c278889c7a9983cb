-- Names of the attributes of the newest spans, with how many of them have each.
SELECT field.1 AS name, field.2 AS kind, count() AS count
FROM
(
    SELECT arrayJoin(arrayConcat(
        arrayMap(key -> (toString(key), 'text'), texts),
        arrayMap(key -> (toString(key), 'number'), wholes),
        arrayMap(key -> (toString(key), 'number'), numbers),
        arrayMap(key -> (toString(key), 'truth'), truths),
        arrayMap(key -> (toString(key), 'list'), lists),
        arrayMap(key -> (toString(key), 'resource'), of_resource))) AS field
    FROM
    (
        -- The names alone: with the values, the spans of the newest hour are a hundred times as much to read.
        SELECT
            mapKeys(spans.attrs_str) AS texts,
            mapKeys(spans.attrs_int) AS wholes,
            mapKeys(spans.attrs_float) AS numbers,
            mapKeys(spans.attrs_bool) AS truths,
            mapKeys(spans.attrs_json) AS lists,
            mapKeys(spans.resource) AS of_resource
        FROM ${database}.spans AS spans
        WHERE ${window} AND ${condition}
        ORDER BY toStartOfInterval(spans.second, INTERVAL 1 HOUR) DESC, spans.second DESC
        LIMIT {sample:UInt32}
    )
)
WHERE startsWith(field.1, {prefix:String})
GROUP BY name, kind
ORDER BY count DESC, name, kind
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}
