-- Spans in the store, from the parts' own counts: no data is read.
SELECT count() AS spans FROM ${database}.spans
