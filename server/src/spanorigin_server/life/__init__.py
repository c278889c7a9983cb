"""The life of stored spans: how long they are kept, how they are removed, and how they come in and out as files."""
