"""How a series goes on. Pure."""
