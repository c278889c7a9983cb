-- From the year 2000 to a day after receipt. Anything else is a sender's mistake, and would open a partition of its own.
CREATE OR REPLACE FUNCTION spanorigin_time_is_credible ${on_cluster} AS (time_ns, received_ns) ->
    time_ns BETWEEN 946684800000000000 AND received_ns + 86400000000000
