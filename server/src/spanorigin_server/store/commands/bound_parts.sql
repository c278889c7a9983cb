-- Merges make no part larger than this, in bytes, so that what is to go can go a part at a time.
ALTER TABLE ${database}.${held} MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = ${most}
