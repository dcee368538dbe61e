"""What a calendar may hold, what is missing in it, and files it comes from. Pure."""
