"""Doors to the outside: settings, stores, bus, secrets, clock, the one loop that may catch everything."""
