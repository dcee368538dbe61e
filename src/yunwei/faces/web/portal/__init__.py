"""The desktop user's own pages."""
