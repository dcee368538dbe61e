"""Decisions of the managed service, by noun. Pure."""
