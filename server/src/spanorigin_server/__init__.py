"""Takes OTLP, keeps spans in an embedded store, and answers which line of code they come from."""
