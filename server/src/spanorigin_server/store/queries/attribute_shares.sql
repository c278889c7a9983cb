-- Values of attributes and of fields, how often each occurs among selected spans and among the rest. Samples of both, taken
-- by span id, so that a question about millions reads no more attributes than one about thousands.
SELECT
    pair.1 AS name,
    pair.2 AS value,
    countIf(is_selected) AS selected,
    countIf(NOT is_selected) AS others
FROM
(
    SELECT is_selected, arrayJoin(arrayConcat(
        ${fields},
        arrayMap((key, text) -> (concat('@', key), text), mapKeys(spans.attrs_str), mapValues(spans.attrs_str)),
        arrayMap((key, number) -> (concat('@', key), toString(number)), mapKeys(spans.attrs_int), mapValues(spans.attrs_int)),
        arrayMap((key, number) -> (concat('@', key), toString(number)), mapKeys(spans.attrs_float), mapValues(spans.attrs_float)),
        arrayMap((key, truth) -> (concat('@', key), toString(truth)), mapKeys(spans.attrs_bool), mapValues(spans.attrs_bool)),
        arrayMap((key, text) -> (toString(key), text), mapKeys(spans.resource), mapValues(spans.resource)))) AS pair
    FROM
    (
        SELECT *, ${selection} AS is_selected
        FROM ${database}.spans AS spans
        WHERE ${window} AND ${condition}
            AND cityHash64(spans.span_id) % if(is_selected, {selected_one_in:UInt32}, {others_one_in:UInt32}) = 0
    ) AS spans
)
GROUP BY name, value
HAVING selected >= {min_count:UInt32}
ORDER BY selected / {selected_in_all:Float64} - others / {others_in_all:Float64} DESC
LIMIT {limit:UInt32}
SETTINGS max_execution_time = ${seconds}
