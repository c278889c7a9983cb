"""The back office's own commands."""
