SELECT max(version) AS version FROM ${database}.schema_version
