"""Reads a spanorigin server from the terminal and from programs."""
