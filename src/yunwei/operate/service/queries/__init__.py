"""Questions about the managed service, by noun."""
