"""Rows of runs and their targets."""
