-- Attributes as a map of texts.
CREATE OR REPLACE FUNCTION spanorigin_text_map ${on_cluster} AS (keys, texts, truths, wholes, numbers, bytess, jsons, kinds) -> CAST(
    (keys, arrayMap((text, truth, whole, number, bytes, json, kind) ->
        spanorigin_text_of_value(text, truth, whole, number, bytes, json, kind), texts, truths, wholes, numbers, bytess, jsons, kinds)),
    'Map(LowCardinality(String), String)')
