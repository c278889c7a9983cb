ALTER TABLE ${database}.${held} RESET SETTING max_bytes_to_merge_at_max_space_in_pool
