-- A source file as a path: ES modules know theirs by an address, `file:///srv/app/my%20shop.js`.
CREATE OR REPLACE FUNCTION spanorigin_file ${on_cluster} AS (file) -> if(
    startsWith(file, 'file://'),
    replaceRegexpOne(decodeURLComponent(substring(file, 8)), '^/([A-Za-z]:)', '\\1'),
    file)
