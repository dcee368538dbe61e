"""What follows from accounts, their use and reasons of failure. Pure."""
