-- A file's path within the project: without the root and what separates it from the rest. Outside the root, as it is.
CREATE OR REPLACE FUNCTION spanorigin_path ${on_cluster} AS (file, root) -> if(
    root != '' AND startsWith(file, root) AND substring(file, length(root) + 1, 1) IN ('/', '\\'),
    replaceAll(substring(file, length(root) + 2), '\\', '/'),
    file)
