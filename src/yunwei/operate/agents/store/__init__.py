"""Rows of agents and tasks to facts and back. The only SQL on their tables."""
