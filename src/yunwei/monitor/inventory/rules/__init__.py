"""Decisions of the inventory. Pure."""
