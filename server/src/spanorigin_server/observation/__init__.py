"""What the server knows of itself, for Prometheus and for people."""
