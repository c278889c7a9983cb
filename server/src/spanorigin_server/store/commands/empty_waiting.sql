TRUNCATE TABLE ${database}.waiting_${lane}
