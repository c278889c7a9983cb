-- Reads every file of every part and compares its checksum.
CHECK TABLE ${database}.spans SETTINGS check_query_single_value_result = 1
