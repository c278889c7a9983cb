-- Where an HTTP request went, when no route is known: of a call host, port and path, of a request served its path alone.
-- No query, no user and password; numbers and long hexadecimal parts become {id}, so that like requests have one name.
CREATE OR REPLACE FUNCTION spanorigin_target ${on_cluster} AS (kind, url, url_path, address, port_number) -> concat(
    if(kind != 3, '', if(url = '',
        concat(address, if(port_number = 0, '', concat(':', toString(port_number)))),
        extract(url, '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#]*)'))),
    arrayStringConcat(arrayMap(
        part -> if(match(part, '^([0-9]+|[0-9a-fA-F-]{16,})$$'), '{id}', part),
        splitByChar('/', if(url = '', cutQueryStringAndFragment(url_path), path(url)))), '/'))
