"""What the tests of several buildings need: requests to send, and a real server to send them to."""
