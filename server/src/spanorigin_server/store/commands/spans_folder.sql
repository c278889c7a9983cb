SELECT data_paths[1] AS folder FROM system.tables WHERE database = '${database}' AND name = 'spans'
