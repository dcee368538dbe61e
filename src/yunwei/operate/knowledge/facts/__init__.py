"""Articles and what is found, as facts."""
