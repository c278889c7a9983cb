-- A table's stored columns, in their order: the newer shape has only added computed ones, indexes and projections.
INSERT INTO ${database}.spans_anew
SELECT * FROM ${database}.spans
SETTINGS max_partitions_per_insert_block = 0, max_insert_threads = 1
