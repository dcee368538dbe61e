"""Decisions about runs. Pure."""
