"""Doors to the outside: settings, stores, bus, secrets, clock, the loop that catches all."""
