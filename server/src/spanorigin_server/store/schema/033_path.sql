-- A file's path within the repository. Where the root is known and the file below it, without the root. A relative file
-- (Logfire's, Sentry's, Rust's) is below the root already; `prefix` is the root's own place in the repository.
-- The JVM knows files by their bare name, and their folder by the package.
CREATE OR REPLACE FUNCTION spanorigin_path ${on_cluster} AS (file, function, root, prefix) -> multiIf(
    root != '' AND startsWith(file, root) AND substring(file, length(root) + 1, 1) IN ('/', '\\'),
        concat(prefix, replaceAll(substring(file, length(root) + 2), '\\', '/')),
    position(file, '/') = 0 AND match(file, '^[^\\\\/:<>]+\\.(java|kt|scala|groovy)$$'),
        concat(prefix, replaceAll(extract(function, '^(.+\\.)[^.]+\\.[^.]+$$'), '.', '/'), file),
    file != '' AND prefix != '' AND NOT match(file, '^([/\\\\<]|[A-Za-z][A-Za-z0-9+.-]*:)'),
        concat(prefix, replaceAll(replaceRegexpOne(file, '^\\.[/\\\\]', ''), '\\', '/')),
    startsWith(file, './') OR startsWith(file, '.\\'), replaceAll(substring(file, 3), '\\', '/'),
    file)
