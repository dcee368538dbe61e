"""Changes of scripts and runs."""
