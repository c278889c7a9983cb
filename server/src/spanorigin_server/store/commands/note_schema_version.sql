INSERT INTO ${database}.schema_version (version) SELECT {version:UInt32}
