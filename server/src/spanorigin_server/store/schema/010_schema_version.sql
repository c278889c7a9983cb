-- Which schema this store holds; one row a change. The engine refuses a store that is newer than itself.
CREATE TABLE IF NOT EXISTS ${database}.schema_version ${on_cluster}
(
    version UInt32,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ${merge_tree_everywhere}
ORDER BY version
