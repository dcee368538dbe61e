"""What people do about letters."""
