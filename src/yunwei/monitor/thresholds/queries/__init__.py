"""Questions about threshold rules, by theme."""
