-- Where spans wait, one row a scope, between the parser and commands/store_spans; emptied before every group.
-- A table for each writer, so that they do not meet; on a server one that only the writer's session knows. schema/otlp.proto has the shape, otlp_columns.py the spans' columns.
CREATE ${waiting_table} ${waiting_place}waiting_${lane}
(
    received_ns UInt64,
    service LowCardinality(String),
    env LowCardinality(String),
    version LowCardinality(String),
    repository LowCardinality(String),
    commit LowCardinality(String),
    root String,
    root_path String,
    resource Map(LowCardinality(String), String),
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    scope_attrs Map(String, String),
    ${span_columns}
)
ENGINE = ${memory}
