-- Hidden from every answer at once; commands/wipe_deleted.sql takes them off the disk.
DELETE FROM ${database}.spans
WHERE ${condition}
