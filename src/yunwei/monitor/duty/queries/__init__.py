"""Questions about duty that others may ask, by noun."""
