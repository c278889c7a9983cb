-- Which contents of a file the processes of a service told around a moment, as git names them; and whether the process was
-- the one that is asked about, as far as its resource tells. Few spans tell: the index of attributes has those that do.
SELECT
    substring(line, 1, 40) AS blob,
    spans.commit = {commit:String} AND spans.version = {version:String} AS is_same_build,
    arraySort(arrayZip(mapKeys(spans.resource), mapValues(spans.resource)))
        = arraySort(arrayZip({resource_names:Array(String)}, {resource_values:Array(String)})) AS is_same_process
FROM ${database}.spans AS spans
ARRAY JOIN JSONExtract(spans.attrs_json['${ORIGIN_FILES}'], 'Array(String)') AS line
WHERE ${window}
    AND spans.service = {service:String}
    AND indexHint(hasAny(${attribute_words}, ['${ORIGIN_FILES}']))
    AND mapContains(spans.attrs_json, '${ORIGIN_FILES}')
    AND substring(line, 42) = {file:String}
GROUP BY blob, is_same_build, is_same_process
LIMIT 100
SETTINGS max_execution_time = ${seconds}
