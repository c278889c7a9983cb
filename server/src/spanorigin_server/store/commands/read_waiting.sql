-- What is to be said of each body that waits: how many rows and spans of it have arrived; how many will be refused,
-- because their ids are not ids; and whether it is held back, because an array, a list, bytes or nothing at all among
-- its attributes have to be rendered first (ingest/nested.py).
SELECT
    received_ns,
    count() AS rows,
    sum(length(`${span}.trace_id`)) AS spans,
    sum(arraySum(arrayMap(
        (trace_id, span_id) -> NOT spanorigin_ids_are_valid(trace_id, span_id), `${span}.trace_id`, `${span}.span_id`))) AS rejected,
    max(has(arrayFlatten(`${span}.attributes.value.value`), 'none')
        OR has(arrayFlatten(`${span}.events.attributes.value.value`), 'none')
        OR has(arrayFlatten(`${span}.links.attributes.value.value`), 'none')) AS is_held
FROM ${waiting_place}waiting_${lane}
GROUP BY received_ns
