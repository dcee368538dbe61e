"""Questions about governance that others may ask, by noun."""
