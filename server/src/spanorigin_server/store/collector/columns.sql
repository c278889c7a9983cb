-- The columns of the table that a Collector's exporter writes; none where there is no such table.
SELECT name, type FROM system.columns WHERE concat(database, '.', table) = '${collector_spans}'
