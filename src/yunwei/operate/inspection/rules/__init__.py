"""Decisions of inspections. Pure."""
