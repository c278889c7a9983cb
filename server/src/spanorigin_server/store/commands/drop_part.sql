ALTER TABLE ${database}.${held} DROP PART {part:String}
