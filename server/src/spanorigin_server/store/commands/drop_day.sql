ALTER TABLE ${database}.spans ${on_cluster} DROP PARTITION ID {day:String}
