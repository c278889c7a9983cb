"""Where spans are kept: the engine, its tables, the writer and the reader."""
