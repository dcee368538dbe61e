"""Changes of collect, by noun."""
