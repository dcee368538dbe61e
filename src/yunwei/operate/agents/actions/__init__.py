"""Changes of agents and their tasks."""
