"""What is known of scripts and runs: frozen data."""
