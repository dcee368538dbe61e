"""What follows from what exists. Pure."""
