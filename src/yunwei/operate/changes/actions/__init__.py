"""What people do about standard changes."""
