"""What exists in the desktop clouds, and when it was last seen."""
