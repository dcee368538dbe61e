"""Questions about agents and their tasks."""
