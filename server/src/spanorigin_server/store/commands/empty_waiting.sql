TRUNCATE TABLE ${database}.waiting
