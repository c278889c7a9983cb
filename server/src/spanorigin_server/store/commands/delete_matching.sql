-- Hidden from every answer at once; commands/wipe_deleted.sql takes them off the disk.
DELETE FROM ${database}.${held} ${on_cluster}
WHERE ${condition}
