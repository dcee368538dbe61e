"""The words of governance, by noun."""
