"""Rows of scripts and runs to facts and back. The only SQL on their tables."""
