"""Where telemetry comes in: requests are taken, cut, grouped and handed to the store's writer."""
