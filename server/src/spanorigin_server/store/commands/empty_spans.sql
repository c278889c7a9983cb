TRUNCATE TABLE ${database}.spans
