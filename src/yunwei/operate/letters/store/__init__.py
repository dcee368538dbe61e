"""Rows of letters to facts and back."""
