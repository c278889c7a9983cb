-- The two parts of a name, where both are there: module or class, and function.
CREATE OR REPLACE FUNCTION spanorigin_joined ${on_cluster} AS (outer_name, inner_name) -> if(
    outer_name = '' OR inner_name = '', concat(outer_name, inner_name), concat(outer_name, '.', inner_name))
