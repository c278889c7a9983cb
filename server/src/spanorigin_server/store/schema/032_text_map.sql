-- Attributes as a map of texts: the form in which those of events and links are kept. Arrays, lists and bytes have been
-- rendered as texts before (ingest/nested.py).
CREATE OR REPLACE FUNCTION spanorigin_text_map ${on_cluster} AS (keys, texts, truths, wholes, numbers, kinds) -> CAST(
    (keys, arrayMap((text, truth, whole, number, kind) -> multiIf(
        kind = 'int_value', toString(whole),
        kind = 'bool_value', if(truth = 0, 'false', 'true'),
        kind = 'double_value', toString(number),
        text), texts, truths, wholes, numbers, kinds)),
    'Map(String, String)')
