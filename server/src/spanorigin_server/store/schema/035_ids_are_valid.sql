-- A span without a trace's and its own id cannot be found again, so it is refused; other ids are mended.
CREATE OR REPLACE FUNCTION spanorigin_ids_are_valid ${on_cluster} AS (trace_id, span_id) ->
    length(trace_id) = 16 AND length(span_id) = 8
    AND trace_id != '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' AND span_id != '\0\0\0\0\0\0\0\0'
