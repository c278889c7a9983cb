ALTER TABLE ${database}.${held} ${on_cluster} DROP PARTITION ID {day:String}
