"""Rows of the managed service to facts and back, by noun."""
