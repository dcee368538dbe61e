"""Questions about event plans."""
