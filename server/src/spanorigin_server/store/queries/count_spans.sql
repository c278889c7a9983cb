-- How many spans there are, and how many of those meet a second condition.
SELECT count() AS spans, countIf(${selection}) AS selected
FROM ${database}.spans AS spans
WHERE ${window} AND ${condition}
SETTINGS max_execution_time = ${seconds}
