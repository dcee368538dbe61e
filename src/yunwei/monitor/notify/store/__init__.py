"""Rows of notify to facts and back. The only SQL on these tables, by noun."""
