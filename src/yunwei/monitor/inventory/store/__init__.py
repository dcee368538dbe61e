"""Rows of inventory to facts and back, by noun. The only SQL on these tables."""
