EXCHANGE TABLES ${database}.spans AND ${database}.spans_anew ${on_cluster}
