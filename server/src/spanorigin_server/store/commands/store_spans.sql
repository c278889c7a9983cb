-- Spans that wait become rows, but for those of bodies that are held back. The rows are commands/arrived_spans; in the
-- embedded store as a view, so that their text, a quarter of the planning, is read once and not for every group (decision 0169).
-- Settings: optimizers that find nothing in here and take half of the planning are off; a body may span many days; the
-- index of attributes' values is made by the first merge, as what comes before it is looked through in no time.
INSERT INTO ${database}.spans
SELECT * FROM ${arrived}
WHERE NOT has({held:Array(UInt64)}, toUInt64(toUnixTimestamp64Nano(received_ts)))
SETTINGS optimize_and_compare_chain = 0, query_plan_enable_optimizations = 0, compile_expressions = 0, exclude_materialize_skip_indexes_on_insert = 'i_attributes', max_partitions_per_insert_block = 0
