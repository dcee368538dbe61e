"""Inspections that are due or asked for are made."""
