"""From a span's origin to the lines of code it names: checkouts, paths within them, previews, highlighting."""
