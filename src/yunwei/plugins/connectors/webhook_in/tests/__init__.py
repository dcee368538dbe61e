"""Feeds recorded and made-up traps to the mapping."""
