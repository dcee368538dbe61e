"""One file for each check: its cause in both languages, where it looks, its thresholds."""
