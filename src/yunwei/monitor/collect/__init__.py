"""Reads each configured source through its connector on schedule; receives traps."""
