"""Changes of the managed service, by noun."""
