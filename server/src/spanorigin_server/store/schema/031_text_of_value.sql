-- An attribute's value as text: the form in which those of resources, scopes, events and links are kept.
CREATE OR REPLACE FUNCTION spanorigin_text_of_value ${on_cluster} AS (text, truth, whole, number, bytes, json, kind) -> multiIf(
    kind = 'string_value', text,
    kind = 'int_value', toString(whole),
    kind = 'bool_value', if(truth = 0, 'false', 'true'),
    kind = 'double_value', toString(number),
    kind = 'bytes_value', base64Encode(bytes),
    kind = 'json_value', json,
    '')
