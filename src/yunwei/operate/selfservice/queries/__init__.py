"""Questions about self-service, by noun."""
