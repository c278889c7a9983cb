TRUNCATE TABLE ${waiting_place}waiting_${lane}
