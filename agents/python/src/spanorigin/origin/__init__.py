"""Find the place in the user's own code that a span comes from: entry (the handler) and exit (the calling line)."""
