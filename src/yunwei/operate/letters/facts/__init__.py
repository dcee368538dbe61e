"""Letters as plain data."""
