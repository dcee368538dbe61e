"""Decisions about scripts and runs. Pure."""
