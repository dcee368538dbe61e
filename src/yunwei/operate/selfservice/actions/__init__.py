"""Changes that people ask for, by noun."""
