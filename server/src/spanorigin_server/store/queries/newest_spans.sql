-- The newest spans of a time range that meet a condition, behind a place in that order.
SELECT
    ${row}${more}
FROM ${database}.spans AS spans
WHERE ${window}
    AND ${borders}
    AND ${place}
    AND ${condition}
ORDER BY ${order}spans.ts DESC, spans.trace_id DESC, spans.span_id DESC
LIMIT {limit:UInt32}
-- Top-n filters would read the times of all spans first, where the condition mostly leaves few.
-- Both cores are worth it from a few pieces of the table on; the engine means from twenty.
SETTINGS max_execution_time = ${seconds}, use_top_k_dynamic_filtering = 0, use_skip_indexes_for_top_k = 0,
    merge_tree_min_rows_for_concurrent_read = 16384, merge_tree_min_bytes_for_concurrent_read = 1048576
