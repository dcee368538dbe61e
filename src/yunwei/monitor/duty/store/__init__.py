"""Rows of duty to facts and back. The only SQL on these tables, by noun."""
