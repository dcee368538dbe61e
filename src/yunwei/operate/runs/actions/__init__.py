"""Changes of runs."""
