"""Rows of inspections to facts and back."""
