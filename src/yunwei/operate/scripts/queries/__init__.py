"""Questions about scripts and runs."""
