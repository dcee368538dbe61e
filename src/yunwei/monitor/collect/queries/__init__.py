"""Questions about sources that others may ask, by noun."""
