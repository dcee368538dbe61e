"""Script library, agents, runs and their output."""
