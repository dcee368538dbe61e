"""What a desktop user may ask for and repair alone."""
