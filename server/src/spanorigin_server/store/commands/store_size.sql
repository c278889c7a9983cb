-- What the spans take up, from the parts' own counts: no data is read.
SELECT count() AS parts, sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM ${parts} WHERE active AND database = '${held_in}' AND table = '${held}'
