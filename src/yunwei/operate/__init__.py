"""What people do about it."""
