"""Questions about channels, routes and messages that others may ask."""
