"""What inspections are, as plain data."""
