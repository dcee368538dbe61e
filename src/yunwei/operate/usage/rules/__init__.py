"""The rule of connected time and what follows from it. Pure."""
