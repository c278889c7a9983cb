-- Not a lightweight delete: that gives no room back before the next merge.
ALTER TABLE ${database}.${held} ${on_cluster} DELETE IN PARTITION ID {day:String} WHERE second < toDateTime({second_s:UInt32}, 'UTC')
SETTINGS mutations_sync = 2
