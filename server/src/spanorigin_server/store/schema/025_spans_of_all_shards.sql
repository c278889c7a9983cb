-- In a cluster, the spans of all shards. All spans of a trace lie on one, so that a question about a trace asks one.
CREATE TABLE IF NOT EXISTS ${database}.spans ${on_cluster} AS ${database}.${held}
ENGINE = Distributed('${cluster}', '${database}', '${held}', cityHash64(trace_id))
