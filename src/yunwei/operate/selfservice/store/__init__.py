"""Rows of self-service to facts and back, by noun."""
