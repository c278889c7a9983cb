-- What was deleted is hidden at once and lies on the disk until its part is next merged; this writes the parts anew without it.
ALTER TABLE ${database}.${held} ${on_cluster} APPLY DELETED MASK IN PARTITION ID {day:String}
SETTINGS mutations_sync = 2
