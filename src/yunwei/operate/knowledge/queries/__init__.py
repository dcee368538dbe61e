"""Questions about articles."""
