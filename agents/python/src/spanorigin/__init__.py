"""The line of your own code that each OpenTelemetry span comes from."""
