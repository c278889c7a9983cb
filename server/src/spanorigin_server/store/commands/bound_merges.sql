-- A merge reads all its parts at once, each of which takes 7 MB of buffers while it is small. The default is 100 parts.
ALTER TABLE ${database}.${held} MODIFY SETTING max_parts_to_merge_at_once = 16
