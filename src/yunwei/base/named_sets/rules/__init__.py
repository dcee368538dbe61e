"""Decisions about named sets. Pure."""
