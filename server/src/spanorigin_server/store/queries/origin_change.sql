-- Places in the code in two sets of spans, side by side. Logarithms of durations, since durations differ by factors:
-- their means and variances tell a change from noise.
SELECT
    ${keys},
    countIf(is_now) AS count,
    countIf(is_before) AS count_before,
    countIf(is_now AND spans.status = 'error') AS errors,
    countIf(is_before AND spans.status = 'error') AS errors_before,
    sumIf(spans.duration_ns, is_now) AS total_ns,
    sumIf(spans.duration_ns, is_before) AS total_ns_before,
    quantilesTDigestIf(0.5, 0.95, 0.99)(spans.duration_ns, is_now) AS quantiles,
    quantilesTDigestIf(0.5, 0.95, 0.99)(spans.duration_ns, is_before) AS quantiles_before,
    avgIf(log(spans.duration_ns + 1), is_now) AS log_mean,
    avgIf(log(spans.duration_ns + 1), is_before) AS log_mean_before,
    varSampIf(log(spans.duration_ns + 1), is_now) AS log_variance,
    varSampIf(log(spans.duration_ns + 1), is_before) AS log_variance_before
FROM
(
    SELECT *, second, ${now} AS is_now, ${before} AS is_before
    FROM ${database}.spans AS spans
    WHERE (${now_window} OR ${before_window}) AND spans.origin_path != '' AND ${place} AND ${condition}
) AS spans
WHERE is_now OR is_before
GROUP BY ${groups}
HAVING greatest(count, count_before) >= {min_count:UInt64}
SETTINGS max_execution_time = ${seconds}
