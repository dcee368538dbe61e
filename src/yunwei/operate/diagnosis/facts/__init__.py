"""The words of diagnosis."""
