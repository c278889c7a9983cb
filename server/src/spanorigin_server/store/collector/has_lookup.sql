-- Whether the exporter keeps the times between which each trace lies, as it does unless told otherwise.
SELECT count() AS tables FROM system.tables WHERE concat(database, '.', name) = '${collector_spans}_trace_id_ts'
