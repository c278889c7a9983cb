SELECT count() AS spans FROM ${database}.spans
WHERE ${condition}
