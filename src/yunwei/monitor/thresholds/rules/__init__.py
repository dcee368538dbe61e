"""What a threshold rule decides. Pure."""
