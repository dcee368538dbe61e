"""Decisions about what is said to agents and by them. Pure."""
