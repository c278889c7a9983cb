"""The main job, end to end: real services, real spans, the real server, and a real browser."""
